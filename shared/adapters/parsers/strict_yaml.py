"""YAML as people write metadata: no aliases, no key twice, no tags."""

import re
from typing import Any

import yaml

from shared.adapters.parsers.rejections import Reason, RejectedFile

MAX_YAML_CHARACTERS = 256 * 1024


class _StrictLoader(yaml.SafeLoader):
    """Refuses what would make a small file large, or one setting overrule another unseen."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not allowed")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key_node, _ in node.value:
            key = str(key_node.value)
            if key in seen:
                raise yaml.YAMLError(f"line {key_node.start_mark.line + 1}: the key {key!r} is there twice; keep one")
            seen.add(key)
        return super().construct_mapping(node, deep)


# A date stays a text, so that a wrong one is reported with its key and not as broken YAML.
_StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load_mapping(text: str, where: str) -> dict[str, Any]:
    """Return the mapping that `text` holds, {} for an empty one. Raises RejectedFile(BAD_METADATA) naming `where`."""
    if len(text) > MAX_YAML_CHARACTERS:
        raise RejectedFile(Reason.BAD_METADATA, f"{where} is longer than {MAX_YAML_CHARACTERS} characters")
    try:
        loaded = yaml.load(text, _StrictLoader)  # noqa: S506 - derives from SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise RejectedFile(Reason.BAD_METADATA, f"{where} is not valid YAML: {_what_is_wrong(error)}") from error
    if loaded is None:
        return {}
    if not isinstance(loaded, dict) or not all(isinstance(key, str) for key in loaded):
        hint = "; write the colon as : with a space behind it" if re.search(r"\w[：:]\w", text) else ""
        raise RejectedFile(Reason.BAD_METADATA, f"{where} must be a list of `key: value` lines{hint}")
    return loaded


def _what_is_wrong(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return " ".join(str(error).split())[:300]
    problem = " ".join(str(getattr(error, "problem", "")).split())[:200]
    return f"line {mark.line + 1}: {problem}; put a value that holds a colon, a bracket or a quotation mark in quotes"
