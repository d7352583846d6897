"""All stacks of one stage, in the order of their lives."""

# pyright: reportArgumentType=false
# jsii names the parameters of interfaces otherwise than those of classes, so no class fits its own interface.

from dataclasses import dataclass

import aws_cdk as cdk
from constructs import Construct

from infra_cdk.api_stack import ApiStack
from infra_cdk.data_stack import DataStack
from infra_cdk.foundation_stack import FoundationStack
from infra_cdk.functions_stack import FunctionsStack
from infra_cdk.knowledge_store_stack import KnowledgeStoreStack
from infra_cdk.observability_stack import ObservabilityStack
from infra_cdk.release_stack import ReleaseStack
from infra_cdk.stage_config import StageConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The stacks. `knowledge_store` None: this stage searches without a cluster."""

    config: StageConfig
    foundation: FoundationStack
    data: DataStack
    knowledge_store: KnowledgeStoreStack | None
    functions: FunctionsStack
    api: ApiStack
    release: ReleaseStack
    observability: ObservabilityStack

    @property
    def stacks(self) -> tuple[cdk.Stack, ...]:
        """Every stack of the stage."""
        own = (self.foundation, self.data, self.functions, self.api, self.release, self.observability)
        return (*own, self.knowledge_store) if self.knowledge_store else own


def build_stage(app: Construct, config: StageConfig) -> Stage:
    """Put the stage's stacks into the app."""
    env = cdk.Environment(account=config.account, region=config.region)
    foundation = FoundationStack(app, f"{config.prefix}foundation", config=config, env=env)
    key = foundation.key
    data = DataStack(app, f"{config.prefix}data", config=config, key=key, env=env)
    store = None
    if config.has_domain:
        store = KnowledgeStoreStack(app, f"{config.prefix}knowledge-store", config=config, key=key, env=env)
    functions = FunctionsStack(
        app,
        f"{config.prefix}functions",
        config=config,
        foundation=foundation,
        data=data,
        search_url=f"https://{store.domain.domain_endpoint}" if store else "",
        env=env,
    )
    api = ApiStack(app, f"{config.prefix}api", config=config, key=key, aliases=functions.aliases, env=env)
    controller = functions.functions["rollout"]
    release = ReleaseStack(app, f"{config.prefix}release", config=config, key=key, controller=controller, env=env)
    observability = ObservabilityStack(
        app,
        f"{config.prefix}observability",
        config=config,
        data=data,
        api_name=api.api.rest_api_name,
        machine=release.machine,
        topic=foundation.alarms,
        env=env,
    )
    for stack in (foundation, data, store, functions, api, release, observability):
        if stack:
            cdk.Tags.of(stack).add("project", "kefu")
            cdk.Tags.of(stack).add("stage", config.stage)
            # A stack whose deletion policies alone have changed is no update to CloudFormation: the tags change with them.
            cdk.Tags.of(stack).add("data", "kept" if config.retain else "disposable")
    return Stage(
        config=config,
        foundation=foundation,
        data=data,
        knowledge_store=store,
        functions=functions,
        api=api,
        release=release,
        observability=observability,
    )
