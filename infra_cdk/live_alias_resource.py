"""The custom resource behind `live` aliases: runs inside CloudFormation's custom resource, as one inline file.

Create makes the alias on the version that was just published. An update does nothing, ever: only a rollout moves an alias.
"""

import json
import urllib.request

import boto3


def handler(event, context):  # type: ignore[no-untyped-def]
    properties = event["ResourceProperties"]
    name = {"FunctionName": properties["Function"], "Name": properties["Alias"]}
    answer = {"Status": "SUCCESS", "PhysicalResourceId": "{FunctionName}:{Name}".format(**name)}
    try:
        act(boto3.client("lambda"), event["RequestType"], name, properties["Version"])
    except Exception as error:
        answer.update(Status="FAILED", Reason=repr(error)[:400])
    answer.update({key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")})
    body = json.dumps(answer).encode()
    request = urllib.request.Request(event["ResponseURL"], body, method="PUT", headers={"content-type": ""})  # noqa: S310 - AWS's own
    urllib.request.urlopen(request, timeout=10)  # noqa: S310 - as above


def act(client, request, name, version):  # type: ignore[no-untyped-def]
    if request == "Create":
        try:
            client.create_alias(FunctionVersion=version, **name)
        except client.exceptions.ResourceConflictException:
            pass  # it outlived an earlier stack, or the reply to an earlier attempt was lost
    elif request == "Delete":
        try:
            client.delete_alias(**name)
        except client.exceptions.ResourceNotFoundException:
            pass  # its function is gone: somebody has deleted that by hand, and a stack must still be able to go
