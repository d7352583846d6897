"""Objects in S3."""

from typing import Any

from botocore.exceptions import ClientError

from shared.adapters.aws.errors import error_code, translated
from shared.adapters.local_files.object_store import check_key
from shared.domain.errors import NotFoundError

_NAME = "s3"
_ABSENT = frozenset({"NoSuchKey", "404"})


class S3ObjectStore:
    """One bucket; it encrypts by default with the stage's key. The same rules for keys as the store on disk."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, data: bytes) -> None:
        check_key(key)
        with translated(_NAME):
            self._client.put_object(Bucket=self._bucket, Key=key, Body=data)

    def get(self, key: str) -> bytes:
        check_key(key)
        with translated(_NAME):
            try:
                return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
            except ClientError as error:
                if error_code(error) in _ABSENT:
                    raise NotFoundError("object", key) from error
                raise

    def delete(self, key: str) -> None:
        """Remove it; again: no effect."""
        check_key(key)
        with translated(_NAME):
            self._client.delete_object(Bucket=self._bucket, Key=key)

    def keys(self, prefix: str) -> tuple[str, ...]:
        """Return the keys that start with `prefix`, sorted; all pages of 1,000 are read."""
        with translated(_NAME):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
            return tuple(sorted(item["Key"] for page in pages for item in page.get("Contents", ())))
