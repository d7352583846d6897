"""Fields sealed with AES-256-GCM, and the one byte layout for it."""

import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.adapters.crypto.framing import framed
from shared.domain.errors import InvalidInputError
from shared.ports import KeyRing

# Layout: 1 byte version, 12 bytes random IV (NIST SP 800-38D, 8.2.2), ciphertext, 16 bytes tag.
_VERSION = b"\x01"
_IV_BYTES = 12
_HEADER_BYTES = 1 + _IV_BYTES
_TAG_BYTES = 16


def seal_bytes(key: bytes, plain: bytes, associated: bytes) -> bytes:
    """Encrypt under a 32-byte key. A random IV is safe for 2**32 calls under one key."""
    iv = os.urandom(_IV_BYTES)
    return _VERSION + iv + AESGCM(key).encrypt(iv, plain, _VERSION + associated)


def open_bytes(key: bytes, sealed: bytes, associated: bytes) -> bytes:
    """Decrypt what `seal_bytes` made. Raises InvalidInputError when anything but exactly that comes in."""
    if sealed[:1] != _VERSION or len(sealed) < _HEADER_BYTES + _TAG_BYTES:
        raise InvalidInputError("sealed", "is not sealed data of a version that is known here")
    try:
        return AESGCM(key).decrypt(sealed[1:_HEADER_BYTES], sealed[_HEADER_BYTES:], _VERSION + associated)
    except InvalidTag as error:
        raise InvalidInputError("sealed", "was altered, or moved here from another place") from error


class AESGCMFieldCipher:
    """Seals each field under the subject's data key; tenant, subject and field name are bound to it."""

    def __init__(self, key_ring: KeyRing) -> None:
        self._keys = key_ring

    def seal(self, tenant: str, subject_id: str, field_name: str, plain: bytes) -> bytes:
        key = self._keys.data_key(tenant, subject_id)
        return seal_bytes(key, plain, framed(tenant, subject_id, field_name))

    def open(self, tenant: str, subject_id: str, field_name: str, sealed: bytes) -> bytes:
        key = self._keys.data_key(tenant, subject_id)
        return open_bytes(key, sealed, framed(tenant, subject_id, field_name))

    def blind_index(self, tenant: str, field_name: str, value: str) -> str:
        """Return the hex HMAC-SHA256 of field and value; bring `value` to one form (a phone's digits) first."""
        return hmac.digest(self._keys.blind_index_key(tenant), framed(field_name, value), "sha256").hex()
