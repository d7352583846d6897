"""The API: exactly the documented routes, throttled, by key, with bodies checked first."""

import json
from typing import Any

import pytest

from infra_cdk.api_routes import PAGES
from local.build_pages import WEB
from local.write_openapi import openapi_documents
from tests.infra.conftest import Synthesised


def _methods(synthesised: Synthesised) -> dict[tuple[str, str], dict[str, Any]]:
    """Return methods by (verb, path), but for the browsers' OPTIONS."""
    template = synthesised.templates["api"]["Resources"]

    def path(resource: Any) -> str:
        if "Fn::GetAtt" in resource:
            return ""
        properties = template[resource["Ref"]]["Properties"]
        return f"{path(properties['ParentId'])}/{properties['PathPart']}"

    methods = [one["Properties"] for one in template.values() if one["Type"] == "AWS::ApiGateway::Method"]
    return {(m["HttpMethod"], path(m["ResourceId"])): m for m in methods if m["HttpMethod"] != "OPTIONS"}


def test_the_routes_are_those_of_the_functions_and_of_the_pages(synthesised: Synthesised) -> None:
    documented = {
        (verb.upper(), path)
        for document in openapi_documents().values()
        for path, operations in document["paths"].items()
        for verb in operations
    }
    assert set(_methods(synthesised)) == documented | {("GET", path.removesuffix("/")) for path in PAGES}


def test_every_file_that_was_built_has_a_route_and_is_text() -> None:
    """Text: API Gateway hands bytes on as base64 unless media types are declared binary, which this API does without."""
    dist = WEB / "dist"
    built = {f"/{path.relative_to(dist).as_posix()}" for path in dist.rglob("*") if path.is_file()}
    named = {path for path in built if not path.startswith("/assets/")}
    assert built and named <= set(PAGES), "give it a route in infra_cdk/api_routes.py"
    assert {path.rpartition(".")[2] for path in built} <= {"html", "css", "js", "svg"}


def test_a_route_goes_to_its_function_by_the_alias(synthesised: Synthesised) -> None:
    for (_, path), method in _methods(synthesised).items():
        uri = json.dumps(method["Integration"]["Uri"])
        assert ("DeskVersion" in uri or "Desk" in uri) is path.startswith("/desk/v1/")
        assert ":live/invocations" in uri


def test_the_stage_takes_50_a_second_and_100_at_once(synthesised: Synthesised) -> None:
    (stage,) = synthesised.properties("AWS::ApiGateway::Stage")
    (everything,) = (one for one in stage["MethodSettings"] if one["ResourcePath"] == "/*")
    assert (everything["ThrottlingRateLimit"], everything["ThrottlingBurstLimit"]) == (50, 100)
    assert everything["DataTraceEnabled"] is False and "DestinationArn" in stage["AccessLogSetting"]
    assert "responseLength" in stage["AccessLogSetting"]["Format"] and "query" not in stage["AccessLogSetting"]["Format"].lower()


def test_what_the_gateway_itself_logs_has_our_key_and_age(synthesised: Synthesised) -> None:
    """API Gateway makes a group of this name where there is none: without a key, and for ever."""
    template = synthesised.templates["api"]["Resources"]
    (api,) = (name for name, one in template.items() if one["Type"] == "AWS::ApiGateway::RestApi")
    for stage in (one for one in template.values() if one["Type"] == "AWS::ApiGateway::Stage"):
        assert any(one["LoggingLevel"] != "OFF" for one in stage["Properties"]["MethodSettings"])
        name = {"Fn::Join": ["", ["API-Gateway-Execution-Logs_", {"Ref": api}, f"/{stage['Properties']['StageName']}"]]}
        groups = {one: template[one]["Properties"] for one in template if template[one]["Type"] == "AWS::Logs::LogGroup"}
        ((logical_id, group),) = ((one, group) for one, group in groups.items() if group["LogGroupName"] == name)
        assert "KmsKeyId" in group and group["RetentionInDays"] == synthesised.config.log_days
        assert logical_id in stage["DependsOn"], "the gateway would make it first"


def test_a_stage_that_goes_leaves_the_account_the_role_that_others_log_by(synthesised: Synthesised) -> None:
    """The setting is one for an account and region: the last stage that was deployed has put its own role there."""
    template = synthesised.templates["api"]["Resources"]
    (account,) = (one for one in template.values() if one["Type"] == "AWS::ApiGateway::Account")
    role = template[account["Properties"]["CloudWatchRoleArn"]["Fn::GetAtt"][0]]
    assert role["Type"] == "AWS::IAM::Role" and "RoleName" not in role["Properties"]
    assert account["DeletionPolicy"] == role["DeletionPolicy"] == "Retain"


def test_everything_but_the_pages_and_the_health_check_asks_for_a_key_of_a_plan(synthesised: Synthesised) -> None:
    open_paths = {path for (_, path), method in _methods(synthesised).items() if not method["ApiKeyRequired"]}
    assert open_paths == {"/healthz"} | {path.removesuffix("/") for path in PAGES}
    plans = synthesised.properties("AWS::ApiGateway::UsagePlan")
    assert len(plans) == len(synthesised.properties("AWS::ApiGateway::UsagePlanKey")) == 2
    assert all(plan["Throttle"]["RateLimit"] <= 50 and plan["ApiStages"] for plan in plans)


def test_nobody_can_use_up_the_pages_day(synthesised: Synthesised) -> None:
    """Their key is public: a quota would let whoever reads it close the pages, and the staff's, until midnight."""
    plans = synthesised.properties("AWS::ApiGateway::UsagePlan")
    with_quota = {plan["UsagePlanName"].removeprefix(synthesised.config.prefix) for plan in plans if "Quota" in plan}
    assert with_quota == {"servers"}


def test_the_key_that_pages_show_is_theirs_alone(synthesised: Synthesised) -> None:
    """It stands in a file that everybody may read; other systems' keys are known to the gateway only."""
    keys = {one["Name"]: one.get("Value") for one in synthesised.properties("AWS::ApiGateway::ApiKey")}
    shown = {
        function["Environment"]["Variables"].get("KEFU_PAGES_KEY")
        for function in synthesised.properties("AWS::Lambda::Function")
        if "Environment" in function
    } - {None}
    prefix = synthesised.config.prefix
    assert keys == {f"{prefix}pages": shown.pop(), f"{prefix}servers": None} and not shown
    assert len(keys[f"{prefix}pages"]) >= 20


@pytest.mark.parametrize(
    ("path", "required"),
    [
        ("/v1/conversations/{conversation_id}/messages", ["text"]),
        ("/v1/conversations/{conversation_id}/messages/{message_id}/feedback", ["helpful"]),
        ("/desk/v1/conversations/{conversation_id}/reply", ["text"]),
    ],
)
def test_a_body_is_checked_before_a_function_starts(path: str, required: list[str], synthesised: Synthesised) -> None:
    method = _methods(synthesised)["POST", path]
    model = synthesised.resources()[method["RequestModels"]["application/json"]["Ref"]]["Properties"]
    assert model["Schema"]["required"] == required and model["Schema"]["type"] == "object"
    assert "$ref" not in json.dumps(model["Schema"]) and "draft-04" in model["Schema"]["$schema"]
    validator = synthesised.resources()[method["RequestValidatorId"]["Ref"]]["Properties"]
    assert validator["ValidateRequestBody"] is True


def test_what_the_gateway_refuses_has_the_form_of_our_own_refusals(synthesised: Synthesised) -> None:
    found = {one["ResponseType"]: one for one in synthesised.properties("AWS::ApiGateway::GatewayResponse")}
    for kind, status in {"THROTTLED": 429, "BAD_REQUEST_BODY": 422, "INVALID_API_KEY": 403}.items():
        problem = json.loads(found[kind]["ResponseTemplates"]["application/json"])
        assert problem["status"] == status == int(found[kind]["StatusCode"])
        assert problem["type"] == f"urn:kefu:problem:{problem['code']}"
    assert "gatewayresponse.header.Retry-After" in found["THROTTLED"]["ResponseParameters"]


def test_a_function_that_crashed_is_an_answer_that_pages_on_other_sites_can_read(synthesised: Synthesised) -> None:
    (crashed,) = [
        one for one in synthesised.properties("AWS::ApiGateway::GatewayResponse") if one["ResponseType"] == "DEFAULT_5XX"
    ]
    assert json.loads(crashed["ResponseTemplates"]["application/json"])["code"] == "dependency_unavailable"
    assert crashed["StatusCode"] == "503"
    assert crashed["ResponseParameters"] == {
        "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
        "gatewayresponse.header.Retry-After": "'1'",
    }


def test_the_api_is_regional_with_a_tls_policy(synthesised: Synthesised) -> None:
    (api,) = synthesised.properties("AWS::ApiGateway::RestApi")
    assert api["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    assert api["SecurityPolicy"].startswith("SecurityPolicy_TLS13") and api["EndpointAccessMode"] == "STRICT"


def test_production_answers_under_its_own_name_only(prod: Synthesised) -> None:
    (domain,) = prod.properties("AWS::ApiGateway::DomainName")
    (api,) = prod.properties("AWS::ApiGateway::RestApi")
    assert domain["SecurityPolicy"].startswith("SecurityPolicy_TLS13") and api["DisableExecuteApiEndpoint"] is True
    assert prod.templates["api"]["Outputs"]["ApiUrl"]["Value"] == "https://api.example.com/"


def test_pages_of_other_sites_are_refused_in_production(prod: Synthesised) -> None:
    template = prod.templates["api"]["Resources"].values()
    options = [one["Properties"] for one in template if one["Type"] == "AWS::ApiGateway::Method"]
    options = [method for method in options if method["HttpMethod"] == "OPTIONS"]
    assert options and all("'https://www.example.com'" in json.dumps(method) for method in options)
