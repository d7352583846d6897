"""A synthesised template as MiniStack can make it: what it cannot is left out, and nothing else is touched."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Template = dict[str, Any]
# Made as an empty handle, so that what refers to them still finds something.
_LEFT_OUT = frozenset({"AWS::CloudWatch::CompositeAlarm", "AWS::Logs::ResourcePolicy", "AWS::ApiGateway::Account"})
_HANDLE = {"Type": "AWS::CloudFormation::WaitConditionHandle"}


def read_template(path: Path, known_here: Mapping[str, str]) -> Template:
    """Return the template of a stack in the form for MiniStack.

    `known_here`: what functions find in their environment in place of what AWS would say, for variables that they have.
    """
    template: Template = json.loads(path.read_text("utf-8"))
    # The check of the bootstrap's version: there is no bootstrap here.
    template.pop("Rules", None)
    template.get("Parameters", {}).pop("BootstrapVersion", None)
    template["Resources"] = {name: _local(one) for name, one in template["Resources"].items()}
    for resource in template["Resources"].values():
        variables = resource.get("Properties", {}).get("Environment", {}).get("Variables", {})
        variables.update({name: value for name, value in known_here.items() if name in variables})
    return template


def _local(resource: Mapping[str, Any]) -> Mapping[str, Any]:
    properties = resource.get("Properties", {})
    if resource["Type"] == "AWS::CloudWatch::CompositeAlarm":
        return _quiet_alarm(properties["AlarmName"])
    metric_math = resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in properties
    return _HANDLE if metric_math or resource["Type"] in _LEFT_OUT else resource


def _quiet_alarm(name: str) -> Mapping[str, Any]:
    """An alarm of that name that never rings: the rollout's controller takes a missing one for a ringing one."""
    never = {"Namespace": "Kefu", "MetricName": "Never", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1}
    how = {"ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "notBreaching"}
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmName": name, **never, **how}}
