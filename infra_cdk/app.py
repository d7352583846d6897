"""The CDK app: `python -m infra_cdk.app` synthesises one stage, with no account and no network.

The CLI passes context and account by environment; without it, cdk.json is read here. Context, by `-c KEY=VALUE` or KEFU_*:
`stage` (dev), `release`, `kefu:search` in place of the stage's own, and what stands in infra_cdk/context_keys.py.
"""

# pyright: reportArgumentType=false
# jsii names the parameters of interfaces otherwise than those of classes, so no class fits its own interface.

import os
import sys
from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks

from infra_cdk.context_keys import ARCH, BUNDLED, STUB
from infra_cdk.nag import acknowledge_findings
from infra_cdk.stage import Stage, build_stage
from infra_cdk.stage_config import StageConfigError, cdk_context, read_stage

# Twelve digits that are nobody's: templates without an account are no help to a linter.
NO_ACCOUNT = "111111111111"
SEARCH = "kefu:search"


def new_app(more: Mapping[str, Any] | None = None, *, outdir: str | None = None) -> cdk.App:
    """Return an app with the context of cdk.json, and `more` over it."""
    return cdk.App(context={**cdk_context(), **(more or {})}, outdir=outdir)


def add_stage(app: cdk.App, stage: str, *, account: str, release: str) -> Stage:
    """Put a stage of cdk.json into the app, with the checks of cdk-nag. Raises StageConfigError."""
    stages: Mapping[str, Any] = app.node.try_get_context("kefu:stages")
    if stage not in stages:
        raise StageConfigError(f"stage {stage}: cdk.json has {', '.join(stages)}")
    search = app.node.try_get_context(SEARCH)
    settings = {**stages[stage], "search": search} if search else stages[stage]
    built = build_stage(app, read_stage(stage, settings, account=account, release=release))
    acknowledge_findings(built)
    return built


def main() -> int:
    """Synthesise; findings of cdk-nag that nobody has acknowledged fail it."""
    app = cdk.App() if os.environ.get("CDK_CONTEXT_JSON") else new_app(_from_environment())
    stage = app.node.try_get_context("stage") or os.environ.get("KEFU_STAGE") or "dev"
    release = app.node.try_get_context("release") or os.environ.get("KEFU_RELEASE") or "unreleased"
    try:
        add_stage(app, stage, account=os.environ.get("CDK_DEFAULT_ACCOUNT") or NO_ACCOUNT, release=release)
    except StageConfigError as error:
        print(error, file=sys.stderr)
        return 1
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    app.synth()
    return 0


def _from_environment() -> dict[str, str]:
    names = {"KEFU_STAGE": "stage", "KEFU_RELEASE": "release", "KEFU_STAGE_SEARCH": SEARCH}
    names |= {"KEFU_ARCH": ARCH, "KEFU_STUB_CODE": STUB, "KEFU_BUNDLED": BUNDLED}
    return {key: os.environ[name] for name, key in names.items() if os.environ.get(name)}


if __name__ == "__main__":
    sys.exit(main())
