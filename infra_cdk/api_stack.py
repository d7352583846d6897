"""The REST API: Regional, throttled as a stage and by key, bodies checked before a function starts, TLS 1.3 preferred."""

# pyright: reportArgumentType=false
# jsii names the parameters of interfaces otherwise than those of classes, so no class fits its own interface.

import json
from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra_cdk.api_routes import PAGES, Route, routes
from infra_cdk.log_groups import encrypted_log_group
from infra_cdk.stage_config import StageConfig
from infra_cdk.weighted_alias import WeightedAlias

STAGE_RATE, STAGE_BURST = 50, 100
PAGES_RATE, PAGES_BURST = 40, 80
TLS_POLICY = "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09"
_LONGEST_S = 29
# Those who call: our own pages, by one key that stands in them, and other companies' servers, by one key each. Rate, burst
# and requests a day. Pages have no such day's share: whoever used it up, by the key that everybody can read, would close all
# pages until midnight, and the rate lets no more than 3.5 million through.
_PLANS = {"pages": (PAGES_RATE, PAGES_BURST, None), "servers": (10, 20, 200_000)}
_OPEN = frozenset({"/healthz"})
# Scripts and styles are text: the gateway itself compresses what is larger, for browsers that say they can read it.
_COMPRESSED_FROM = cdk.Size.kibibytes(2)
_CORS_HEADERS = ("Authorization", "Content-Type", "Idempotency-Key", "X-Site-Key", "X-Correlation-Id", "X-Api-Key")
# What API Gateway refuses by itself, in the form that our own refusals have (RFC 9457).
_REFUSALS = {
    "BAD_REQUEST_BODY": (apigateway.ResponseType.BAD_REQUEST_BODY, 422, "invalid_input", "Invalid input"),
    "THROTTLED": (apigateway.ResponseType.THROTTLED, 429, "rate_limited", "Too many requests"),
    "QUOTA_EXCEEDED": (apigateway.ResponseType.QUOTA_EXCEEDED, 429, "rate_limited", "Too many requests"),
    "INVALID_API_KEY": (apigateway.ResponseType.INVALID_API_KEY, 403, "unauthorized", "Send a valid x-api-key"),
    "MISSING_AUTHENTICATION_TOKEN": (apigateway.ResponseType.MISSING_AUTHENTICATION_TOKEN, 404, "not_found", "Not found"),
    "REQUEST_TOO_LARGE": (apigateway.ResponseType.REQUEST_TOO_LARGE, 413, "payload_too_large", "Body too large"),
    "INTEGRATION_TIMEOUT": (apigateway.ResponseType.INTEGRATION_TIMEOUT, 503, "deadline_exceeded", "Try again"),
    # A function that crashed, ran out of time or could not start: without this the gateway's own 502 has no CORS header, and
    # a page on another site sees no answer at all.
    "DEFAULT_5XX": (apigateway.ResponseType.DEFAULT_5_XX, 503, "dependency_unavailable", "Try again"),
    "INTEGRATION_FAILURE": (apigateway.ResponseType.INTEGRATION_FAILURE, 503, "dependency_unavailable", "Try again"),
}


class ApiStack(cdk.Stack):
    """The API and its keys. Output `ApiUrl` is where it answers."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        config: StageConfig,
        key: kms.IKey,
        aliases: Mapping[str, WeightedAlias],
        env: cdk.Environment,
    ) -> None:
        super().__init__(scope, name, env=env)
        self._config = config
        self.api = self._api(key)
        self._own_execution_log(key)
        self._set_tls_policy()
        self._add_routes(aliases)
        self._answer_in_our_form()
        self._add_plans()
        if config.domain_name:
            self._add_domain()
        cdk.CfnOutput(self, "ApiUrl", value=f"https://{config.domain_name}/" if config.domain_name else self.api.url)
        cdk.CfnOutput(self, "ApiId", value=self.api.rest_api_id)

    def _api(self, key: kms.IKey) -> apigateway.RestApi:
        group = encrypted_log_group(self, "AccessLog", f"/kefu/{self._config.stage}/api", self._config, key)
        return apigateway.RestApi(
            self,
            "Api",
            rest_api_name=f"{self._config.prefix}api",
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            min_compression_size=_COMPRESSED_FROM,
            disable_execute_api_endpoint=bool(self._config.domain_name),
            cloud_watch_role=True,
            # An account and region has one such setting, and each stage points it at its own role: whichever stage goes, the
            # role that the others log by must stay.
            cloud_watch_role_removal_policy=cdk.RemovalPolicy.RETAIN,
            default_cors_preflight_options=apigateway.CorsOptions(
                allow_origins=list(self._config.allowed_origins),
                allow_methods=["GET", "POST", "PUT"],
                allow_headers=list(_CORS_HEADERS),
                max_age=cdk.Duration.hours(1),
            ),
            deploy_options=apigateway.StageOptions(
                stage_name=self._config.stage,
                throttling_rate_limit=STAGE_RATE,
                throttling_burst_limit=STAGE_BURST,
                metrics_enabled=True,
                # Bodies are what people wrote: they are never logged here.
                data_trace_enabled=False,
                logging_level=apigateway.MethodLoggingLevel.ERROR,
                access_log_destination=apigateway.LogGroupLogDestination(group),
                access_log_format=_access_log_format(),
            ),
        )

    def _own_execution_log(self, key: kms.IKey) -> None:
        """Make the group of the gateway's own errors before the gateway does, which would give it no key and no age."""
        name = f"API-Gateway-Execution-Logs_{self.api.rest_api_id}/{self._config.stage}"
        group = encrypted_log_group(self, "ExecutionLog", name, self._config, key)
        self.api.deployment_stage.node.add_dependency(group)

    def _set_tls_policy(self) -> None:
        """Escape hatch: the construct has no property for it yet."""
        api = self.api.node.default_child
        assert isinstance(api, apigateway.CfnRestApi)  # noqa: S101 - what a RestApi is made of
        api.security_policy = TLS_POLICY
        api.endpoint_access_mode = "STRICT"

    def _add_routes(self, aliases: Mapping[str, WeightedAlias]) -> None:
        validator = self.api.add_request_validator("Bodies", validate_request_body=True, validate_request_parameters=True)
        integrations = {name: self._integration(name, aliases[name]) for name in ("ingress", "desk")}
        for route in routes():
            self.api.root.resource_for_path(route.path).add_method(
                route.method,
                integrations[route.function],
                api_key_required=route.path not in _OPEN,
                request_models={"application/json": self._model(route)} if route.body else None,
                request_validator=validator,
            )
        for path in PAGES:
            # A browser that opens a page sends no key.
            self.api.root.resource_for_path(path).add_method("GET", integrations["ingress"], api_key_required=False)

    def _integration(self, name: str, alias: WeightedAlias) -> apigateway.LambdaIntegration:
        live = lambda_.Function.from_function_attributes(
            self, f"{name.title()}Live", function_arn=alias.arn, same_environment=True, skip_permissions=True
        )
        # One permission for the whole API: one per method outgrows the policy of a function at 20 KB.
        lambda_.CfnPermission(
            self,
            f"{name.title()}Permission",
            action="lambda:InvokeFunction",
            function_name=alias.arn,
            principal="apigateway.amazonaws.com",
            source_arn=self.api.arn_for_execute_api(),
        )
        return apigateway.LambdaIntegration(
            live, scope_permission_to_method=False, allow_test_invoke=False, timeout=cdk.Duration.seconds(_LONGEST_S)
        )

    def _model(self, route: Route) -> apigateway.Model:
        model = apigateway.CfnModel(
            self,
            f"{route.model_name}Model",
            rest_api_id=self.api.rest_api_id,
            content_type="application/json",
            name=route.model_name,
            schema={"$schema": "http://json-schema.org/draft-04/schema#", **(route.body or {})},
        )
        found = apigateway.Model.from_model_name(self, f"{route.model_name}Named", model.ref)
        return found  # pyright: ignore[reportReturnType] - an IModel, which is what methods take

    def _answer_in_our_form(self) -> None:
        for name, (kind, status, code, title) in _REFUSALS.items():
            problem = {"type": f"urn:kefu:problem:{code}", "title": title, "status": status, "code": code}
            self.api.add_gateway_response(
                "".join(part.title() for part in name.split("_")),
                type=kind,
                status_code=str(status),
                response_headers={"Access-Control-Allow-Origin": "'*'"}
                | ({"Retry-After": "'1'"} if status in (429, 503) else {}),
                templates={"application/json": json.dumps(problem)},
            )

    def _add_plans(self) -> None:
        for name, (rate, burst, quota) in _PLANS.items():
            plan = self.api.add_usage_plan(
                f"{name.title()}Plan",
                name=self._config.prefix + name,
                throttle=apigateway.ThrottleSettings(rate_limit=rate, burst_limit=burst),
                quota=apigateway.QuotaSettings(limit=quota, period=apigateway.Period.DAY) if quota else None,
                api_stages=[apigateway.UsagePlanPerApiStage(api=self.api, stage=self.api.deployment_stage)],
            )
            # Of another system's key only the gateway knows the value; that of our pages is public.
            value = self._config.pages_key if name == "pages" else None
            key = self.api.add_api_key(f"{name.title()}Key", api_key_name=self._config.prefix + name, value=value)
            plan.add_api_key(key)
            cdk.CfnOutput(self, f"{name.title()}KeyId", value=key.key_id)

    def _add_domain(self) -> None:
        domain = apigateway.CfnDomainName(
            self,
            "Domain",
            domain_name=self._config.domain_name,
            regional_certificate_arn=self._config.certificate_arn,
            endpoint_configuration=apigateway.CfnDomainName.EndpointConfigurationProperty(types=["REGIONAL"]),
            security_policy=TLS_POLICY,
            endpoint_access_mode="STRICT",
        )
        apigateway.CfnBasePathMapping(
            self,
            "Mapping",
            domain_name=domain.ref,
            rest_api_id=self.api.rest_api_id,
            stage=self.api.deployment_stage.stage_name,
        )
        cdk.CfnOutput(self, "DomainTarget", value=domain.attr_regional_domain_name)


def _access_log_format() -> apigateway.AccessLogFormat:
    """Who, what, how it ended; no query and no body."""
    return apigateway.AccessLogFormat.json_with_standard_fields(
        caller=False,
        http_method=True,
        ip=True,
        protocol=True,
        request_time=True,
        resource_path=True,
        response_length=True,
        status=True,
        user=False,
    )
