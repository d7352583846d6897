"""What differs between stages: one frozen value, validated before anything is synthesised."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from hashlib import sha256
from pathlib import Path
from typing import Any

from infra_cdk.bedrock_models import REGION, BedrockModel
from shared.contracts import FUNCTIONS, BucketContract

STAGES = ("dev", "staging", "prod")
SEARCH_ENGINES = ("small", "opensearch", "pinecone")
KEYWORD_ENGINES = ("small", "opensearch")
REPLY_MODELS = ("", "none", "openai", "bedrock")
EMBEDDERS = ("e5", "bedrock")
# What the bundler calls the packages of each engine.
_PROFILES = {"small": "small", "opensearch": "cloud", "pinecone": "pinecone"}
_CDK_JSON = Path(__file__).resolve().parents[1] / "cdk.json"
_PINECONE_HOST = re.compile(r"(https://)?[a-z0-9-]+(\.[a-z0-9-]+)*\.pinecone\.io")
_SECRET = re.compile(r"arn:aws[a-z-]*:secretsmanager:(?P<region>[a-z0-9-]+):\d{12}:secret:[\w/+=.@-]+-\w{6}")
_KMS_KEY = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[\w-]+")
_GUARDRAIL = re.compile(r"[a-z0-9]+")
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
# S3 takes 100 notification configurations for a bucket; each company's folder has one for each of these events.
UPLOAD_EVENTS = ("s3:ObjectCreated:*", "s3:ObjectRemoved:*")
MOST_TENANTS = 100 // len(UPLOAD_EVENTS)


class StageConfigError(Exception):
    """A stage's settings in cdk.json are not complete. The message names each key and the cure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageConfig:
    """One stage. `search`: "small" has its index in the functions, and no search cluster; "pinecone" has the vectors at
    `search_host`, and keywords as `search_keywords` says. `model` drafts replies ("" is "openai" where `model_url` is set),
    `embedder` makes vectors. `..._regions`: where an inference profile of Bedrock routes to. `..._key_secret`: the complete
    ARN of a secret that exists; empty, and the stage makes one to be filled in by hand. `secrets_kms_key`: what such secrets
    are sealed with, where that is a key of your own.

    `reserved_concurrency` by function; needs an account whose quota was raised. `retain`: whether deleting a stack leaves
    tables and buckets behind (the key always stays). `quick_rollouts`: for a stage without traffic, see start_rollout.py.
    `staff_tenant`: whose desk this is.
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
    search_keywords: str = "small"
    search_host: str = ""
    search_key_secret: str = ""
    model: str = ""
    model_url: str = ""
    model_name: str = ""
    model_region: str = ""
    model_regions: tuple[str, ...] = ()
    model_temperature: float | None = 0.1
    model_guardrail: str = ""
    model_guardrail_version: str = "DRAFT"
    model_key_secret: str = ""
    embedder: str = "e5"
    embedder_name: str = ""
    embedder_region: str = ""
    embedder_regions: tuple[str, ...] = ()
    embedder_dimensions: int = 1024
    secrets_kms_key: str = ""
    domain_name: str = ""
    certificate_arn: str = ""
    alarm_email: str = ""
    allowed_origins: tuple[str, ...] = ("*",)
    reserved_concurrency: Mapping[str, int] = field(default_factory=dict)
    queue_concurrency: int = 20
    quick_rollouts: bool = False
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
        return _PROFILES[self.search]

    @property
    def carries_weights(self) -> bool:
        """Whether those two carry the e5 model."""
        return self.embedder == "e5"

    @property
    def has_domain(self) -> bool:
        """Whether the stage has an OpenSearch domain of its own."""
        return self.search == "opensearch" or (self.search == "pinecone" and self.search_keywords == "opensearch")

    @property
    def model_kind(self) -> str:
        """Which kind of reply model: none, openai or bedrock."""
        return self.model or ("openai" if self.model_url else "none")

    @property
    def has_model(self) -> bool:
        """Whether a reply model writes answers."""
        return self.model_kind != "none"

    @property
    def bedrock_reply_model(self) -> BedrockModel | None:
        """The reply model, where it is one of Bedrock's."""
        named = BedrockModel(name=self.model_name, region=self.model_region or self.region, routes_to=self.model_regions)
        return named if self.model_kind == "bedrock" else None

    @property
    def bedrock_embedder(self) -> BedrockModel | None:
        """The embedder, where it is one of Bedrock's."""
        region = self.embedder_region or self.region
        named = BedrockModel(name=self.embedder_name, region=region, routes_to=self.embedder_regions)
        return named if self.embedder == "bedrock" else None

    @property
    def own_key_secrets(self) -> tuple[str, ...]:
        """The API keys that the stage has secrets of its own for."""
        wanted = {
            "model-key": self.model_kind == "openai" and not self.model_key_secret,
            "search-key": self.search == "pinecone" and not self.search_key_secret,
        }
        return tuple(name for name, is_wanted in wanted.items() if is_wanted)

    @property
    def given_key_secrets(self) -> Mapping[str, str]:
        """The API keys whose secrets exist, with their ARNs."""
        used = {
            "model-key": self.model_key_secret if self.model_kind == "openai" else "",
            "search-key": self.search_key_secret if self.search == "pinecone" else "",
        }
        return {name: arn for name, arn in used.items() if arn}

    @property
    def search_domain(self) -> str:
        """The name of that domain."""
        return f"{self.prefix}search"

    @property
    def search_admin(self) -> str:
        """The name of the role that is the domain's master user."""
        return f"{self.prefix}search-admin"

    @property
    def search_index(self) -> str:
        """What the names of our indices in OpenSearch begin with."""
        return f"{self.prefix}chunks"

    def role_name(self, function: str) -> str:
        """Return the name of a function's role; an account's regions share one list of roles."""
        return f"{self.prefix}{function}-{self.region}"

    def bucket(self, contract: BucketContract) -> str:
        """Return a bucket's name; all accounts of the world share one list of them."""
        return f"{self.prefix}{contract.name}-{self.account}-{self.region}"

    def _problems(self) -> list[str]:
        known = {contract.name for contract in FUNCTIONS}
        checks = {
            f"stage: use one of {', '.join(STAGES)}": self.stage in STAGES,
            "account: 12 digits": re.fullmatch(r"\d{12}", self.account),
            "region: such as eu-west-1": REGION.fullmatch(self.region),
            "release: letters, digits and . _ - (RELEASE=...)": re.fullmatch(r"[A-Za-z0-9][\w.-]{0,63}", self.release),
            "tenants: name at least one company, as in company.yaml": self.tenants and all(map(_TENANT.fullmatch, self.tenants)),
            f"tenants: {MOST_TENANTS} companies at most, each once; S3 announces changes in no more folders of a bucket. Give the "
            "others a stage of their own": len(set(self.tenants)) == len(self.tenants) <= MOST_TENANTS,
            "staff_tenant: name one of the tenants": self.staff_tenant in self.tenants,
            f"search: use one of {', '.join(SEARCH_ENGINES)}": self.search in SEARCH_ENGINES,
            "domain_name and certificate_arn: set both or neither": bool(self.domain_name) == bool(self.certificate_arn),
            "certificate_arn: an ACM certificate of this region": (
                not self.certificate_arn or f":{self.region}:" in self.certificate_arn
            ),
            "reserved_concurrency: names functions that do not exist": set(self.reserved_concurrency) <= known,
            f"reserved_concurrency: of dialog and tickets {self.queue_concurrency} or more, for so many messages come to them at a "
            "time (queue_concurrency), and who finds no room ends as a dead letter; of knowledge 2; of others 1": (
                self._has_room_for_queues()
            ),
            "log_days: 30, 90, 180 or 365": self.log_days in (30, 90, 180, 365),
            "queue_concurrency: 2 to 1000": 2 <= self.queue_concurrency <= 1000,
        }
        own = [cure for cure, fits in checks.items() if not fits]
        return [*own, *self._search_problems(), *self._model_problems(), *self._embedder_problems(), *self._secret_problems()]

    def _has_room_for_queues(self) -> bool:
        least = {"dialog": self.queue_concurrency, "tickets": self.queue_concurrency, "knowledge": 2}
        return all(reserved >= least.get(function, 1) for function, reserved in self.reserved_concurrency.items())

    def _search_problems(self) -> list[str]:
        with_pinecone = self.search == "pinecone"
        checks = {
            "search_host: the host of the Pinecone index, as its console shows it (….pinecone.io)": (
                not with_pinecone or _PINECONE_HOST.fullmatch(self.search_host)
            ),
            "search_nodes: 1, or an even number, for they are spread over two zones": (
                not self.has_domain or self.search_nodes == 1 or (self.search_nodes > 0 and self.search_nodes % 2 == 0)
            ),
            f"search_keywords: use one of {', '.join(KEYWORD_ENGINES)}": self.search_keywords in KEYWORD_ENGINES,
            'search_host, search_key_secret and search_keywords: only with "search": "pinecone"': (
                with_pinecone or not (self.search_host or self.search_key_secret or self.search_keywords != "small")
            ),
        }
        return [cure for cure, fits in checks.items() if not fits]

    def _model_problems(self) -> list[str]:
        kind = self.model_kind
        checks = {
            f"model: use one of {', '.join(REPLY_MODELS[1:])}": self.model in REPLY_MODELS,
            "model_url and model_name: set both or neither": kind == "bedrock" or bool(self.model_url) == bool(self.model_name),
            "model_url and model_name: an OpenAI-compatible server needs both": kind != "openai" or self.model_url,
            "model_url: an https address": not self.model_url or self.model_url.startswith("https://"),
            'model_url: Bedrock has none of its own; leave it out, or set "model": "openai"': (
                kind != "bedrock" or not self.model_url
            ),
            "model_temperature: 0 to 2, or null for a model that takes none": (
                self.model_temperature is None or 0 <= self.model_temperature <= 2
            ),
            'model_region, model_regions and model_guardrail: only with "model": "bedrock"': (
                kind == "bedrock" or not (self.model_region or self.model_regions or self.model_guardrail)
            ),
            "model_guardrail: the id of a Bedrock guardrail of this account (no ARN)": (
                not self.model_guardrail or _GUARDRAIL.fullmatch(self.model_guardrail)
            ),
            "model_guardrail_version: DRAFT or a number": re.fullmatch(r"DRAFT|[1-9]\d*", self.model_guardrail_version),
        }
        named = self.bedrock_reply_model
        return [cure for cure, fits in checks.items() if not fits] + (named.problems("model") if named else [])

    def _embedder_problems(self) -> list[str]:
        if self.embedder not in EMBEDDERS:
            return [f"embedder: use one of {', '.join(EMBEDDERS)}"]
        named = self.bedrock_embedder
        if named:
            return [*named.problems("embedder"), *named.embedder_problems("embedder", self.embedder_dimensions)]
        idle = self.embedder_name or self.embedder_region or self.embedder_regions
        return ['embedder_name, embedder_region and embedder_regions: only with "embedder": "bedrock"'] if idle else []

    def _secret_problems(self) -> list[str]:
        problems: list[str] = []
        for field_name in ("model_key_secret", "search_key_secret"):
            arn = getattr(self, field_name)
            found = _SECRET.fullmatch(arn)
            if arn and not (found and found["region"] == self.region):
                problems.append(f"{field_name}: the complete ARN of a secret of this region, with the six characters at its end")
        if self.secrets_kms_key and not _KMS_KEY.fullmatch(self.secrets_kms_key):
            problems.append("secrets_kms_key: the ARN of the KMS key that the named secrets are sealed with")
        return problems

    def _production_problems(self) -> list[str]:
        checks = {
            "domain_name: production has its own, for without one there is no TLS 1.3 policy of ours": self.domain_name,
            "alarm_email: somebody has to hear the alarms": "@" in self.alarm_email,
            'allowed_origins: name the sites, not "*"': "*" not in self.allowed_origins,
            "retain: true": self.retain,
            "quick_rollouts: false, for nobody would have seen a release before everybody has it": not self.quick_rollouts,
            "search_nodes: 2 or more": not self.has_domain or self.search_nodes >= 2,
        }
        return [cure for cure, fits in checks.items() if not fits]


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


# What JSON may hold for a field, by the field's type.
_FORMS: Mapping[object, tuple[str, Callable[[Any], bool]]] = {
    str: ("a text", _is_text),
    int: ("a whole number", _is_count),
    bool: ("true or false, without quotes", lambda value: isinstance(value, bool)),
    float | None: ("a number, or null", lambda value: value is None or isinstance(value, float) or _is_count(value)),
    tuple[str, ...]: (
        "a list of texts, in brackets",
        lambda value: isinstance(value, list | tuple) and all(map(_is_text, value)),
    ),
    Mapping[str, int]: (
        "whole numbers by function, in braces",
        lambda value: isinstance(value, Mapping) and all(map(_is_count, value.values())),
    ),
}


def _misshapen(settings: Mapping[str, Any]) -> list[str]:
    """Return what is written in another form than its field has: "acme" for ["acme"] would be four companies, a, c, m and e."""
    forms = {one.name: _FORMS[one.type] for one in fields(StageConfig)}
    return [f"{name}: {forms[name][0]}" for name, value in settings.items() if not forms[name][1](value)]


def cdk_context() -> dict[str, Any]:
    """Return the context of cdk.json, which only CDK's own command line hands over by itself."""
    return json.loads(_CDK_JSON.read_text("utf-8"))["context"]


def read_stage(stage: str, settings: Mapping[str, Any], *, account: str, release: str) -> StageConfig:
    """Return a stage from its settings in cdk.json; `account` counts where they name none. Raises StageConfigError."""
    unknown = set(settings) - {one.name for one in fields(StageConfig)}
    if unknown:
        raise StageConfigError(f"stage {stage}: unknown: {', '.join(sorted(unknown))}")
    if misshapen := _misshapen(settings):
        raise StageConfigError(f"stage {stage}: " + "; ".join(misshapen))
    values: dict[str, Any] = {"account": account, "region": "", "tenants": ()}
    values |= {name: tuple(value) if isinstance(value, list) else value for name, value in settings.items()}
    values.setdefault("staff_tenant", next(iter(values["tenants"]), ""))
    values |= {"stage": stage, "release": release}
    return StageConfig(**values)
