"""The published versions of a stage's functions, in AWS Lambda."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from shared.adapters.aws.errors import error_code, translated
from shared.domain.old_versions import PublishedVersion

_NEWEST_CODE = "$LATEST"
_RELEASE = "KEFU_RELEASE"
# It is gone already; an alias has it since we looked.
_NOT_DELETED = frozenset({"ResourceNotFoundException", "ResourceConflictException"})


class LambdaVersions:
    """`prefix` is the stage's, such as "kefu-dev-"; functions are named without it. A version's environment has its release."""

    def __init__(self, client: Any, prefix: str) -> None:
        self._client = client
        self._prefix = prefix

    def published(self, function: str) -> tuple[PublishedVersion, ...]:
        with translated("lambda", function):
            versions = list(self._pages("list_versions_by_function", "Versions", function))
            # After the versions: an alias that was moved meanwhile is seen where it is now.
            aliased = {number for alias in self._pages("list_aliases", "Aliases", function) for number in _targets(alias)}
        return tuple(
            PublishedVersion(
                function=function,
                number=int(one["Version"]),
                release_id=one.get("Environment", {}).get("Variables", {}).get(_RELEASE, ""),
                aliased=one["Version"] in aliased,
            )
            for one in versions
            if one["Version"] != _NEWEST_CODE
        )

    def delete(self, version: PublishedVersion) -> bool:
        with translated("lambda", version.function):
            try:
                # Without a qualifier this call would delete the function; the role allows it for versions only.
                self._client.delete_function(FunctionName=self._prefix + version.function, Qualifier=str(version.number))
            except ClientError as error:
                if error_code(error) in _NOT_DELETED:
                    return False
                raise
        return True

    def _pages(self, operation: str, key: str, function: str) -> Iterator[dict[str, Any]]:
        for page in self._client.get_paginator(operation).paginate(FunctionName=self._prefix + function):
            yield from page[key]


def _targets(alias: dict[str, Any]) -> set[str]:
    weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    return {alias["FunctionVersion"], *weights}
