"""A model of Amazon Bedrock as a stage names it, and the ARNs that a role needs to call it.

Source: docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html and global-cross-region-inference.html.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

# "eu.amazon.nova-lite-v1:0" is an inference profile of amazon.nova-lite-v1:0; no vendor's name is so short.
_PROFILE = re.compile(r"(?P<geography>[a-z]{2}|us-gov|apac|global)\.(?P<model>.+)")
_ID = re.compile(r"[a-z0-9][a-z0-9-]*(\.[A-Za-z0-9_-]+)+(:[A-Za-z0-9]+)*")
REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_EMBEDDERS = re.compile(r"cohere\.embed-[a-z]+-v3|amazon\.titan-embed-text-v2:0")
# What the adapters can ask for: shared/adapters/bedrock/embedders.py.
_COHERE, _TITAN = (1024,), (256, 512, 1024)

# (region, account, what it is) to an ARN of Bedrock.
MakeArn = Callable[[str, str, str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BedrockModel:
    """`name`: the id of a model or of a system-defined inference profile. `routes_to`: the regions of a profile."""

    name: str
    region: str
    routes_to: tuple[str, ...] = ()

    @property
    def geography(self) -> str:
        """What the profile spans, such as "eu"; empty for a model."""
        found = _PROFILE.fullmatch(self.name)
        return found["geography"] if found else ""

    @property
    def model(self) -> str:
        """The id of the model behind the name."""
        found = _PROFILE.fullmatch(self.name)
        return found["model"] if found else self.name

    def problems(self, field: str) -> list[str]:
        """Return what does not fit, each with its cure; settings begin with `field`."""
        routed = bool(self.geography) and self.geography != "global"
        checks = {
            f"{field}_name: the id of a Bedrock model or inference profile, such as eu.amazon.nova-lite-v1:0 (no ARN)": (
                _ID.fullmatch(self.name)
            ),
            f"{field}_region: such as eu-central-1": REGION.fullmatch(self.region),
            f"{field}_regions: name the regions that the inference profile {self.name} routes to, as AWS lists them": (
                self.routes_to or not routed
            ),
            f"{field}_regions: leave it out, for {self.name} is no inference profile that names regions": (
                routed or not self.routes_to
            ),
            f"{field}_regions: regions such as eu-west-1": all(map(REGION.fullmatch, self.routes_to)),
        }
        return [cure for cure, fits in checks.items() if not fits]

    def embedder_problems(self, field: str, dimensions: int) -> list[str]:
        """Return what an embedder must fulfil beside."""
        if not _EMBEDDERS.fullmatch(self.model):
            return [f"{field}_name: embed with cohere.embed-multilingual-v3 or amazon.titan-embed-text-v2:0"]
        known = _COHERE if self.model.startswith("cohere") else _TITAN
        listed = ", ".join(map(str, known))
        return [] if dimensions in known else [f"{field}_dimensions: {self.model} has {listed}"]

    def profile_arn(self, account: str, arn: MakeArn) -> str:
        """Return the profile's ARN, or nothing for a model."""
        return arn(self.region, account, f"inference-profile/{self.name}") if self.geography else ""

    def model_arns(self, arn: MakeArn) -> tuple[str, ...]:
        """Return the model's ARN wherever a call may be served. A global profile serves from no region that is named."""
        regions = (self.region, "") if self.geography == "global" else self.routes_to or (self.region,)
        return tuple(arn(region, "", f"foundation-model/{self.model}") for region in regions)
