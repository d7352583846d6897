"""One clear line where an account is needed and there is none."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

MISSING = (
    "there are no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, as for the AWS command line"
)


def account_of(session: Any) -> str:
    """Return the account that the credentials belong to. Raises botocore's errors."""
    return session.client("sts", region_name=session.region_name or "us-east-1").get_caller_identity()["Account"]


def describe_problem(error: Exception) -> str:
    """Return what to do about an error, in one line."""
    if isinstance(error, NoCredentialsError):
        return MISSING
    if isinstance(error, NoRegionError):
        return "name the region: AWS_REGION=eu-west-1"
    if isinstance(error, ClientError):
        found: dict[str, Any] = dict(error.response.get("Error", {}))
        return f"AWS answered {found.get('Code', 'an error')}: {found.get('Message', '')}"
    if isinstance(error, BotoCoreError):
        return str(error).splitlines()[0]
    return f"this stage is not deployed yet ({error})"


def describe_wrong_account(stage: str, named: str, account: str) -> str:
    """Return why credentials of `account` are not for the stage, in one line; nothing where they are."""
    if account == named:
        return ""
    return f"these credentials are of account {account}, and cdk.json has {named} for stage {stage}: take its own (AWS_PROFILE)"
