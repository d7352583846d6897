"""Findings of cdk-nag that stay, each with its reason. docs/nag.md is written from here: `python -m infra_cdk.nag`."""

from infra_cdk.stage import Stage


def acknowledge_findings(stage: Stage) -> None:
    """Acknowledge."""
