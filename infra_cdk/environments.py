"""What each function finds in its environment: KEFU_ and the field's name in functions/NAME/settings.py, in capitals."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from infra_cdk.stage_config import StageConfig

_PREFIX = "KEFU_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where things are: addresses and names that only the deployment knows."""

    bucket: str
    master_key: str
    queue_urls: Mapping[str, str]
    dead_queue_urls: Mapping[str, str]
    secret_ids: Mapping[str, str]
    search_url: str = ""


def environments(config: StageConfig, places: Places) -> dict[str, dict[str, str]]:
    """Return the variables by function."""
    groups = _Groups(config, places)
    fields = {
        "ingress": {**groups.front_door(), **groups.content, **groups.calls("dialog"), **groups.calls("ingress")},
        "desk": {**groups.desk(), **groups.content, **groups.calls("dialog")},
        "dialog": {
            **groups.content,
            **groups.key,
            **groups.queue("turns"),
            **groups.calls("retrieval"),
            **groups.calls("dialog"),
            **groups.model(),
            "token_secret_id": places.secret_ids["token"],
        },
        "retrieval": {**groups.content, **groups.search(), **groups.embedder()},
        "tickets": {**groups.key, **groups.queue("tickets"), "tickets_dead_queue_url": places.dead_queue_urls["tickets"]},
        "outbox": groups.every_queue(),
        "knowledge": {
            **groups.content,
            **groups.search(),
            **groups.embedder(),
            **groups.queue("knowledge"),
            "publish_at_once": "true",
        },
        "sweeper": {
            **groups.content,
            **groups.key,
            **groups.every_queue(),
            **groups.calls("dialog"),
            "tenants": json.dumps(config.tenants),
        },
        "rollout": {"gate_alarms": json.dumps([f"{config.prefix}release-gate"])},
    }
    return {name: _variables(groups.common(name) | own) for name, own in fields.items()}


class _Groups:
    def __init__(self, config: StageConfig, places: Places) -> None:
        self._config = config
        self._places = places
        self.content = {"content_bucket": places.bucket}
        self.key = {"master_key": places.master_key}

    def common(self, function: str) -> dict[str, str]:
        """Return what all have; `desk` alone has no tables."""
        tables = {} if function == "desk" else {"table_prefix": self._config.prefix}
        return {"release": self._config.release, **tables}

    def front_door(self) -> dict[str, str]:
        only = self._config.tenants[0] if len(self._config.tenants) == 1 else ""
        return {
            "tenants": json.dumps(self._config.tenants),
            "default_tenant": only,
            "allowed_origins": json.dumps(self._config.allowed_origins),
            "token_secret_id": self._places.secret_ids["token"],
            "fingerprint_secret_id": self._places.secret_ids["fingerprint"],
            "pages_key": self._config.pages_key,
        }

    def desk(self) -> dict[str, str]:
        return {"tenant": self._config.staff_tenant, "staff_secret_id": self._places.secret_ids["staff"]}

    def calls(self, callee: str) -> dict[str, str]:
        return {f"{callee}_function": self._config.prefix + callee}

    def queue(self, name: str) -> dict[str, str]:
        return {f"{name}_queue_url": self._places.queue_urls[name]}

    def every_queue(self) -> dict[str, str]:
        return {f"{name}_queue_url": url for name, url in self._places.queue_urls.items()}

    def model(self) -> dict[str, str]:
        config = self._config
        if not config.has_model:
            return {}
        temperature = "" if config.model_temperature is None else str(config.model_temperature)
        both = {"model": config.model_kind, "model_name": config.model_name, "model_temperature": temperature}
        if config.model_kind == "openai":
            return both | {"model_url": config.model_url, "model_key_secret_id": self._places.secret_ids["model-key"]}
        guardrail = {"model_guardrail": config.model_guardrail, "model_guardrail_version": config.model_guardrail_version}
        return both | {"model_region": config.model_region or config.region} | (guardrail if config.model_guardrail else {})

    def embedder(self) -> dict[str, str]:
        config = self._config
        if config.embedder == "e5":
            return {}
        return {
            "embedder": config.embedder,
            "embedder_name": config.embedder_name,
            "embedder_region": config.embedder_region or config.region,
            "embedder_dimensions": str(config.embedder_dimensions),
        }

    def search(self) -> dict[str, str]:
        fields = {"search_engine": self._config.search}
        if self._config.has_domain:
            fields |= {"search_index": self._config.search_index, "search_url": self._places.search_url}
        if self._config.search == "pinecone":
            fields |= {"search_host": self._config.search_host, "search_key_secret_id": self._places.secret_ids["search-key"]}
        return fields


def _variables(fields: Mapping[str, str]) -> dict[str, str]:
    return {_PREFIX + name.upper(): value for name, value in fields.items()}
