"""The `live` aliases of a stage's functions, in AWS Lambda."""

from typing import Any

from botocore.exceptions import ClientError

from shared.adapters.aws.errors import error_code, translated
from shared.contracts import LIVE_ALIAS
from shared.domain.errors import NotFoundError
from shared.ports import AliasState


class LambdaAliases:
    """`prefix` is the stage's, such as "kefu-dev-"; functions are named without it."""

    def __init__(self, client: Any, prefix: str) -> None:
        self._client = client
        self._prefix = prefix

    def get(self, function: str) -> AliasState:
        with translated("lambda", function):
            try:
                found = self._client.get_alias(FunctionName=self._prefix + function, Name=LIVE_ALIAS)
            except ClientError as error:
                if error_code(error) == "ResourceNotFoundException":
                    raise NotFoundError("alias", function) from error
                raise
        weights = (found.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
        return AliasState(version=found["FunctionVersion"], weights=dict(weights))

    def put(self, function: str, state: AliasState) -> None:
        if self.get(function) == state:
            return
        with translated("lambda", function):
            self._client.update_alias(
                FunctionName=self._prefix + function,
                Name=LIVE_ALIAS,
                FunctionVersion=state.version,
                RoutingConfig={"AdditionalVersionWeights": dict(state.weights)},
            )
