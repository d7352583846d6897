"""What differs between stages: one frozen value, validated before anything is synthesised."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from hashlib import sha256
from pathlib import Path
from typing import Any

from shared.contracts import FUNCTIONS, BucketContract

STAGES = ("dev", "staging", "prod")
SEARCH_ENGINES = ("small", "opensearch", "pinecone")
_CDK_JSON = Path(__file__).resolve().parents[1] / "cdk.json"
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")


class StageConfigError(Exception):
    """A stage's settings in cdk.json are not complete. The message names each key and the cure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageConfig:
    """One stage. `search`: "small" has its index in the functions, and no search cluster.

    `reserved_concurrency` by function; needs an account whose quota was raised. `retain`: whether deleting a stack leaves
    tables and buckets behind (the key always stays). `staff_tenant`: whose desk this is.
    """

    stage: str
    account: str
    region: str
    release: str
    tenants: tuple[str, ...]
    staff_tenant: str = ""
    search: str = "small"
    search_nodes: int = 1
    search_instance: str = "t3.small.search"
    model_url: str = ""
    model_name: str = ""
    domain_name: str = ""
    certificate_arn: str = ""
    alarm_email: str = ""
    allowed_origins: tuple[str, ...] = ("*",)
    reserved_concurrency: Mapping[str, int] = field(default_factory=dict)
    queue_concurrency: int = 20
    log_days: int = 180
    retain: bool = True

    def __post_init__(self) -> None:
        problems = [*self._problems(), *(self._production_problems() if self.stage == "prod" else ())]
        if problems:
            raise StageConfigError(f"stage {self.stage}: " + "; ".join(problems))

    @property
    def prefix(self) -> str:
        """What the names of everything in this stage begin with."""
        return f"kefu-{self.stage}-"

    @property
    def pages_key(self) -> str:
        """The API key that our own pages send. It stands in them for everybody to read, so it need not be random.

        It says that a page calls, for the usage plan's sake, and opens nothing; a key is unique in its account and region.
        """
        return f"pk-{self.stage}-{sha256(f'{self.account}/{self.region}/{self.prefix}'.encode()).hexdigest()[:32]}"

    @property
    def profile(self) -> str:
        """The bundler's name for what `retrieval` and `knowledge` carry."""
        return "small" if self.search == "small" else "cloud"

    def bucket(self, contract: BucketContract) -> str:
        """Return a bucket's name; all accounts of the world share one list of them."""
        return f"{self.prefix}{contract.name}-{self.account}-{self.region}"

    def _problems(self) -> list[str]:
        known = {contract.name for contract in FUNCTIONS}
        checks = {
            f"stage: use one of {', '.join(STAGES)}": self.stage in STAGES,
            "account: 12 digits": re.fullmatch(r"\d{12}", self.account),
            "region: such as eu-west-1": re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", self.region),
            "release: letters, digits and . _ - (RELEASE=...)": re.fullmatch(r"[A-Za-z0-9][\w.-]{0,63}", self.release),
            "tenants: name at least one company, as in company.yaml": self.tenants and all(map(_TENANT.fullmatch, self.tenants)),
            "staff_tenant: name one of the tenants": self.staff_tenant in self.tenants,
            f"search: use one of {', '.join(SEARCH_ENGINES)}": self.search in SEARCH_ENGINES,
            "model_url and model_name: set both or neither": bool(self.model_url) == bool(self.model_name),
            "model_url: an https address": not self.model_url or self.model_url.startswith("https://"),
            "domain_name and certificate_arn: set both or neither": bool(self.domain_name) == bool(self.certificate_arn),
            "reserved_concurrency: names functions that do not exist": set(self.reserved_concurrency) <= known,
            "log_days: 30, 90, 180 or 365": self.log_days in (30, 90, 180, 365),
            "queue_concurrency: 2 to 1000": 2 <= self.queue_concurrency <= 1000,
        }
        return [cure for cure, fits in checks.items() if not fits]

    def _production_problems(self) -> list[str]:
        checks = {
            "domain_name: production has its own, for without one there is no TLS 1.3 policy of ours": self.domain_name,
            "certificate_arn: an ACM certificate of this region": f":{self.region}:" in self.certificate_arn,
            "alarm_email: somebody has to hear the alarms": "@" in self.alarm_email,
            'allowed_origins: name the sites, not "*"': "*" not in self.allowed_origins,
            "retain: true": self.retain,
            "search_nodes: 2 or more": self.search != "opensearch" or self.search_nodes >= 2,
        }
        return [cure for cure, fits in checks.items() if not fits]


def cdk_context() -> dict[str, Any]:
    """Return the context of cdk.json, which only CDK's own command line hands over by itself."""
    return json.loads(_CDK_JSON.read_text("utf-8"))["context"]


def read_stage(stage: str, settings: Mapping[str, Any], *, account: str, release: str) -> StageConfig:
    """Return a stage from its settings in cdk.json; `account` counts where they name none. Raises StageConfigError."""
    unknown = set(settings) - {one.name for one in fields(StageConfig)}
    if unknown:
        raise StageConfigError(f"stage {stage}: unknown: {', '.join(sorted(unknown))}")
    values: dict[str, Any] = {"account": account, "region": "", "tenants": ()}
    values |= {name: tuple(value) if isinstance(value, list) else value for name, value in settings.items()}
    values.setdefault("staff_tenant", next(iter(values["tenants"]), ""))
    values |= {"stage": stage, "release": release}
    return StageConfig(**values)
