"""A function's code: the bundler's zip, or a folder that stands for it where nothing is deployed."""

# pyright: reportArgumentType=false
# jsii names the parameters of interfaces otherwise than those of classes, so no class fits its own interface.

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra_cdk.context_keys import ARCH, BUNDLED, STUB


def code_of(scope: Construct, function: str, profile: str, *, weights: bool) -> lambda_.Code:
    """Return the asset. Bundling takes minutes the first time and is asked for only when it is needed."""
    stub = scope.node.try_get_context(STUB)
    if stub and function not in (scope.node.try_get_context(BUNDLED) or "").split(","):
        return lambda_.Code.from_asset(stub)
    from infra_cdk.bundling import bundle

    arch = scope.node.try_get_context(ARCH) or "arm64"
    return lambda_.Code.from_asset(str(bundle(function, arch, profile, weights=weights)))
