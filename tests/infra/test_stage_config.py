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
        # Throttled by its own reservation, a message would be received in vain until it is a dead letter.
        ({"reserved_concurrency": {"tickets": 5}}, "reserved_concurrency: of dialog and tickets 20 or more"),
        ({"reserved_concurrency": {"knowledge": 1}}, "of knowledge 2"),
        # None at all is a function switched off.
        ({"reserved_concurrency": {"desk": 0}}, "reserved_concurrency"),
        ({"search": "opensearch", "search_nodes": 3}, "search_nodes: 1, or an even number"),
        ({"log_days": 31}, "log_days"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_by_name(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(StageConfigError, match=named):
        _dev(**changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"tenants": "acme"}, "tenants: a list of texts, in brackets"),
        ({"tenants": ["acme", 3]}, "tenants: a list of texts"),
        ({"allowed_origins": "https://www.example.com"}, "allowed_origins: a list of texts"),
        ({"retain": "false"}, "retain: true or false, without quotes"),
        ({"queue_concurrency": "20"}, "queue_concurrency: a whole number"),
        ({"queue_concurrency": True}, "queue_concurrency: a whole number"),
        ({"account": 111111111111}, "account: a text"),
        ({"alarm_email": ["ops@example.com"]}, "alarm_email: a text"),
        ({"model_temperature": "0.1"}, "model_temperature: a number, or null"),
        ({"reserved_concurrency": {"dialog": "100"}}, "reserved_concurrency: whole numbers by function"),
        ({"reserved_concurrency": ["dialog"]}, "reserved_concurrency: whole numbers by function"),
        ({"region": None}, "region: a text"),
    ],
)
def test_a_setting_in_another_form_is_refused_and_never_guessed_at(changes: dict[str, Any], said: str) -> None:
    """JSON's quotes and brackets are easily left out: "acme" was four companies, a, c, m and e."""
    with pytest.raises(StageConfigError, match=said):
        _dev(**changes)


def test_what_fits_is_taken_as_before() -> None:
    taken = _dev(
        model_temperature=None,
        reserved_concurrency={"ingress": 5, "dialog": 20, "tickets": 20, "knowledge": 2, "sweeper": 1},
        search="opensearch",
        search_nodes=4,
    )
    assert (taken.search_nodes, taken.model_temperature) == (4, None)
    assert _dev(model_temperature=1, model_url="https://m.example.com", model_name="m").model_temperature == 1


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


@pytest.mark.parametrize("stage", ["staging", "prod"])
def test_a_certificate_of_another_region_is_refused_before_half_a_stage_is_deployed(stage: str) -> None:
    elsewhere = OWN["certificate_arn"].replace("eu-west-1", "us-east-1")
    with pytest.raises(StageConfigError, match="this region"):
        stage_settings(stage, domain_name=OWN["domain_name"], certificate_arn=elsewhere)


def test_production_keeps_its_data_and_searches_on_two_nodes() -> None:
    with pytest.raises(StageConfigError, match="retain: true"):
        stage_settings("prod", retain=False)
    with pytest.raises(StageConfigError, match="search_nodes"):
        stage_settings("prod", search_nodes=1)


def test_production_waits_until_somebody_has_seen_a_release() -> None:
    with pytest.raises(StageConfigError, match="quick_rollouts"):
        stage_settings("prod", quick_rollouts=True)


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
