"""A cloud assembly (cdk.out) deployed by boto3 alone: no Node, no CDK command line, no bootstrap."""

import io
import json
import time
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local.stack.templates import read_template

_NOTHING_TO_DO = "No updates are to be performed"
_LONGEST_S = 300.0


class StackError(Exception):
    """A stack could not be made; the message has CloudFormation's own reasons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """Deploys a folder's stacks, those first that others need. `account` and `region` are the emulator's.

    `without`: stacks that stay away, for what they have is elsewhere on this machine; `known_here` tells functions where.
    """

    folder: Path
    s3: Any
    cloudformation: Any
    endpoint: str
    account: str
    region: str
    without: frozenset[str] = frozenset()
    known_here: Mapping[str, str] = field(default_factory=dict)

    def deploy(self) -> dict[str, str]:
        """Create or update every stack; return all outputs. Again: only what has changed. Raises StackError."""
        outputs: dict[str, str] = {}
        for stack in self.stacks():
            self._upload_assets(stack)
            outputs |= self._make(stack)
        return outputs

    def stacks(self) -> Iterator[str]:
        """Yield stack names in the order of their dependencies."""
        artifacts: Mapping[str, Any] = json.loads((self.folder / "manifest.json").read_text("utf-8"))["artifacts"]
        seen: set[str] = set()

        def visit(name: str) -> Iterator[str]:
            if name in seen:
                return
            seen.add(name)
            for dependency in artifacts[name].get("dependencies", ()):
                yield from visit(dependency)
            if artifacts[name]["type"] == "aws:cloudformation:stack" and name not in self.without:
                yield name

        for name in artifacts:
            yield from visit(name)

    def _upload_assets(self, stack: str) -> None:
        files = json.loads((self.folder / f"{stack}.assets.json").read_text("utf-8"))["files"]
        for asset in files.values():
            path = self.folder / asset["source"]["path"]
            for place in asset["destinations"].values():
                bucket = place["bucketName"].replace("${AWS::AccountId}", self.account).replace("${AWS::Region}", self.region)
                self._ensure_bucket(bucket)
                if not self._is_there(bucket, place["objectKey"]):
                    self.s3.put_object(Bucket=bucket, Key=place["objectKey"], Body=_content(path))

    def _make(self, stack: str) -> dict[str, str]:
        bucket = f"kefu-stack-templates-{self.account}"
        self._ensure_bucket(bucket)
        template = read_template(self.folder / f"{stack}.template.json", self.known_here)
        self.s3.put_object(Bucket=bucket, Key=f"{stack}.json", Body=json.dumps(template).encode())
        call = self.cloudformation.update_stack if self._exists(stack) else self.cloudformation.create_stack
        try:
            url = f"{self.endpoint}/{bucket}/{stack}.json"
            call(StackName=stack, TemplateURL=url, Capabilities=["CAPABILITY_NAMED_IAM"])
        except ClientError as error:
            if _NOTHING_TO_DO not in str(error):
                raise StackError(f"{stack}: {error}") from error
        return self._finished(stack)

    def _finished(self, stack: str) -> dict[str, str]:
        deadline = time.monotonic() + _LONGEST_S
        while time.monotonic() < deadline:
            found = self.cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
            status = found["StackStatus"]
            if not status.endswith("IN_PROGRESS"):
                if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
                    raise StackError(f"{stack}: {status}: {'; '.join(self._reasons(stack))}")
                return {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", ())}
            time.sleep(0.1)
        raise StackError(f"{stack} did not end within {_LONGEST_S:.0f} s")

    def _reasons(self, stack: str) -> Iterator[str]:
        events = self.cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
        for event in events:
            if "FAILED" in event["ResourceStatus"]:
                yield f"{event['LogicalResourceId']} ({event['ResourceType']}): {event.get('ResourceStatusReason', '')}"

    def _exists(self, stack: str) -> bool:
        try:
            found = self.cloudformation.describe_stacks(StackName=stack)["Stacks"]
        except ClientError:
            return False
        return bool(found) and found[0]["StackStatus"] != "DELETE_COMPLETE"

    def _ensure_bucket(self, bucket: str) -> None:
        if bucket not in {one["Name"] for one in self.s3.list_buckets()["Buckets"]}:
            self.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": self.region})

    def _is_there(self, bucket: str, key: str) -> bool:
        """Assets are named by their contents."""
        try:
            self.s3.head_object(Bucket=bucket, Key=key)
        except ClientError:
            return False
        return True


def _content(path: Path) -> bytes:
    if not path.is_dir():
        return path.read_bytes()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(path.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(path).as_posix())
    return buffer.getvalue()
