"""What stands in the way of deleting a stage's stacks: protected ones, and buckets that are not empty."""

from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

_BUCKET = "AWS::S3::Bucket"


class NotEmptiedError(Exception):
    """S3 kept objects that were to be deleted. `bucket`: whose; `code`: S3's reason for the first of them."""

    def __init__(self, bucket: str, code: str) -> None:
        super().__init__(f"{bucket} was not emptied: S3 answered {code}")
        self.bucket = bucket
        self.code = code


def stacks_of(cloudformation: Any, prefix: str) -> dict[str, bool]:
    """Return the stacks whose names begin so, each with whether it is protected from deletion. Raises botocore's errors."""
    pages = cloudformation.get_paginator("describe_stacks").paginate()
    return {
        one["StackName"]: bool(one.get("EnableTerminationProtection"))
        for page in pages
        for one in page["Stacks"]
        if one["StackName"].startswith(prefix)
    }


def buckets_of(cloudformation: Any, stack: str) -> list[str]:
    """Return the names of the stack's buckets that are still there. Raises botocore's errors."""
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    return [
        one["PhysicalResourceId"]
        for page in pages
        for one in page["StackResourceSummaries"]
        if one["ResourceType"] == _BUCKET and one["ResourceStatus"] != "DELETE_COMPLETE"
    ]


def empty_bucket(s3: Any, bucket: str) -> int:
    """Delete every object with its versions and delete markers; return how many these were. May be repeated.

    One that is gone is empty. Raises NotEmptiedError, and botocore's errors.
    """
    deleted = 0
    try:
        for doomed in _versions(s3, bucket):
            answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": doomed, "Quiet": True})
            if errors := answer.get("Errors"):
                raise NotEmptiedError(bucket, errors[0].get("Code", "an error"))
            deleted += len(doomed)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "NoSuchBucket":
            raise
    return deleted


def _versions(s3: Any, bucket: str) -> Iterator[list[Mapping[str, str]]]:
    """Yield what is in it, by pages: one page is as much as a request may delete."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        if found:
            yield [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
