"""What seals personal fields in a deployed function: apart, so that only who reads such fields carries KMS and cryptography."""

from shared.adapters.aws.deployed import Deployed
from shared.adapters.crypto.aes_gcm import AESGCMFieldCipher
from shared.adapters.crypto.caching_key_ring import CachingKeyRing
from shared.adapters.dynamodb.table_names import TableNames
from shared.adapters.kms.key_ring import KMSKeyRing


def open_cipher(deployed: Deployed, names: TableNames, master_key: str) -> AESGCMFieldCipher:
    """Return the cipher, with each subject's key kept for a few seconds."""
    ring = KMSKeyRing(deployed.aws.client("kms"), deployed.database(), names, master_key)
    return AESGCMFieldCipher(CachingKeyRing(ring, deployed.clock))
