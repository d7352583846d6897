"""JSON from outside, read strictly: what RFC 8259 leaves open or Python lets pass is refused before anything uses it."""

import json
from collections.abc import Iterator
from typing import NoReturn

from shared.runtime.problems import MalformedJsonError

MAX_DEPTH = 32


def read_json(raw: bytes) -> object:
    """Parse UTF-8 JSON. Raises MalformedJsonError for anything else.

    Refused too: a byte order mark, NaN and Infinity, lone surrogates, numbers that overflow, and nesting beyond MAX_DEPTH.
    Of duplicate keys the last one counts, as in every later reader of the same bytes.
    """
    try:
        value: object = json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant, parse_float=_finite)
        _check_text_and_depth(value)
    except (ValueError, RecursionError) as error:
        raise MalformedJsonError("the body is not acceptable JSON") from error
    return value


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


def _finite(literal: str) -> float:
    number = float(literal)
    if number in (float("inf"), float("-inf")):
        raise ValueError("number out of range")
    return number


def _check_text_and_depth(value: object) -> None:
    # An explicit stack: a recursive walk would itself be at the mercy of the input's depth.
    stack: list[tuple[object, int]] = [(value, 1)]
    while stack:
        item, depth = stack.pop()
        if depth > MAX_DEPTH:
            raise ValueError("nested too deeply")
        if isinstance(item, str):
            item.encode("utf-8")
        else:
            stack.extend((child, depth + 1) for child in _children(item))


def _children(item: object) -> Iterator[object]:
    if isinstance(item, dict):
        yield from item
        yield from item.values()
    elif isinstance(item, list):
        yield from item
