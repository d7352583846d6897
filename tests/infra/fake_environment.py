"""A complete environment for each function that names nothing real: enough to be imported, as in Lambda's init phase."""

from importlib import import_module

_VALUES = {
    "release": "r1",
    "table_prefix": "kefu-test-",
    "content_bucket": "kefu-test-content",
    "master_key": "alias/kefu-test",
    "dialog_function": "kefu-test-dialog",
    "ingress_function": "kefu-test-ingress",
    "retrieval_function": "kefu-test-retrieval",
    "token_secret_id": "kefu-test/token",
    "fingerprint_secret_id": "kefu-test/fingerprint",
    "staff_secret_id": "kefu-test/staff",
    "tenant": "acme",
    "tenants": '["acme"]',
}


def environment_of(function: str) -> dict[str, str]:
    """Return what the function's settings require, and what Lambda itself sets."""
    fields = import_module(f"functions.{function}.settings").Environment.model_fields
    required = [name for name, field in fields.items() if field.is_required()]
    own = {f"KEFU_{name.upper()}": _VALUES.get(name) or _queue_url(name) for name in required}
    lambdas = {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1", "AWS_LAMBDA_FUNCTION_NAME": function}
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_EC2_METADATA_DISABLED": "true"}
    return own | lambdas | keys


def _queue_url(name: str) -> str:
    assert name.endswith("_queue_url"), f"{name} needs a value here"
    return f"https://sqs.eu-west-1.amazonaws.com/000000000000/{name}"
