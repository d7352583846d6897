"""What a stage must say before anything is synthesised."""

from pathlib import Path
from typing import Any

import pytest

from infra_cdk.app import SEARCH, add_stage, new_app
from infra_cdk.context_keys import STUB
from infra_cdk.stage_config import MOST_TENANTS, UPLOAD_EVENTS, StageConfig, StageConfigError, read_stage
from tests.infra.conftest import NO_ACCOUNT, OWN, stage_settings

DEV: dict[str, Any] = {"region": "eu-west-1", "tenants": ["yuguang"]}


def _dev(**changes: Any) -> StageConfig:
    return read_stage("dev", DEV | changes, account=NO_ACCOUNT, release="r1")


def test_the_desk_is_the_first_companys_unless_another_is_named() -> None:
    assert _dev(tenants=["a", "b"]).staff_tenant == "a"
    assert _dev(tenants=["a", "b"], staff_tenant="b").staff_tenant == "b"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"account": "1234"}, "account"),
        ({"region": "Ireland"}, "region"),
        ({"tenants": []}, "tenants"),
        ({"tenants": ["a/../b"]}, "tenants"),
        ({"tenants": [f"t{number}" for number in range(51)]}, "tenants: 50 companies at most"),
        ({"tenants": ["a", "a"]}, "tenants: 50 companies at most, each once"),
        ({"staff_tenant": "other"}, "staff_tenant"),
        ({"search": "elastic"}, "search"),
        ({"model_url": "https://m.example.com"}, "model_url and model_name"),
        ({"model_url": "http://m.example.com", "model_name": "m"}, "https"),
        ({"domain_name": "api.example.com"}, "certificate_arn"),
        ({"reserved_concurrency": {"nobody": 5}}, "reserved_concurrency"),
        ({"queue_concurrency": 1}, "queue_concurrency"),
        ({"log_days": 31}, "log_days"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_by_name(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(StageConfigError, match=named):
        _dev(**changes)


def test_a_stage_takes_as_many_companies_as_a_bucket_has_notifications_for() -> None:
    """S3 refuses the 101st configuration of a bucket."""
    assert len(_dev(tenants=[f"t{number}" for number in range(MOST_TENANTS)]).tenants) * len(UPLOAD_EVENTS) == 100


def test_a_release_has_a_name_that_fits_into_names() -> None:
    with pytest.raises(StageConfigError, match="RELEASE="):
        read_stage("dev", DEV, account=NO_ACCOUNT, release="the new one")


@pytest.mark.parametrize("missing", ["domain_name", "alarm_email", "allowed_origins"])
def test_production_is_not_synthesised_without_what_only_its_owner_knows(missing: str) -> None:
    settings = {**DEV, **OWN}
    del settings[missing]
    with pytest.raises(StageConfigError, match=missing):
        read_stage("prod", settings, account=NO_ACCOUNT, release="r1")


def test_production_takes_no_certificate_of_another_region() -> None:
    with pytest.raises(StageConfigError, match="this region"):
        stage_settings("prod", certificate_arn=OWN["certificate_arn"].replace("eu-west-1", "us-east-1"))


def test_production_keeps_its_data_and_searches_on_two_nodes() -> None:
    with pytest.raises(StageConfigError, match="retain: true"):
        stage_settings("prod", retain=False)
    with pytest.raises(StageConfigError, match="search_nodes"):
        stage_settings("prod", search_nodes=1)


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(StageConfigError) as caught:
        read_stage("prod", {"region": ""}, account="", release="")
    assert all(word in str(caught.value) for word in ("account", "region", "release", "tenants", "domain_name", "alarm_email"))


def test_a_context_may_name_another_search_than_the_stages_own() -> None:
    """What `make stack SEARCH=opensearch` deploys is `dev` in the form that staging and prod have."""
    for search, profile in (("opensearch", "cloud"), ("", "small")):
        stub = str(Path(__file__).parent)
        app = new_app({STUB: stub} | ({SEARCH: search} if search else {}))
        built = add_stage(app, "dev", account=NO_ACCOUNT, release="r1")
        assert (built.config.profile, built.knowledge_store is not None) == (profile, bool(search))
    with pytest.raises(StageConfigError, match="search: use one of"):
        add_stage(new_app({STUB: stub, SEARCH: "elastic"}), "dev", account=NO_ACCOUNT, release="r1")
