"""Every test says what it checks: one that asserts nothing passes whatever the code does."""

import ast

from tests.architecture.sources import ROOT, tracked

# What fails by itself: pytest.raises, Playwright's expect, and methods named assert_...
_CHECKS = ("raises", "expect", "fail", "warns")


def test_no_test_is_without_an_assertion() -> None:
    silent = []
    for path in tracked(".py"):
        if path.name.startswith("test_"):
            silent += [
                f"{path.relative_to(ROOT)}:{test.lineno} {test.name}"
                for test in _tests(path.read_text("utf-8"))
                if not _checks(test)
            ]
    assert silent == []


def _tests(text: str) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]


def _checks(test: ast.FunctionDef) -> bool:
    return any(isinstance(node, ast.Assert) or (isinstance(node, ast.Call) and _is_check(node.func)) for node in ast.walk(test))


def _is_check(called: ast.expr) -> bool:
    name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
    return name in _CHECKS or name.startswith("assert_")
