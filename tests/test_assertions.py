"""Every test asserts something: by `assert`, by a check of pytest, pytest-qt or NumPy, or by a helper of the tests that does."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

TESTS = Path(__file__).parent
CHECKS = {"raises", "warns", "fail", "waitSignal", "waitSignals", "waitUntil", "assertNotEmitted"}


def called(within: Iterable[ast.AST]) -> set[str]:
    """The names of what is called within a function, without what stands before a dot."""
    functions = (node.func for node in within if isinstance(node, ast.Call))
    return {f.attr if isinstance(f, ast.Attribute) else getattr(f, "id", "") for f in functions}


def without_assertion(files: Iterable[tuple[str, str]]) -> list[str]:
    """Tests ("file: name") that neither assert nor call a function of these files that does, however far down."""
    trees = {name: ast.parse(text) for name, text in files}
    nodes = [(name, f, [*ast.walk(f)]) for name, tree in trees.items() for f in ast.walk(tree) if isinstance(f, ast.FunctionDef)]
    asserting = CHECKS | {f.name for _, f, within in nodes if any(isinstance(node, ast.Assert) for node in within)}
    functions = [(name, f.name, called(within)) for name, f, within in nodes]
    asserting |= {name for _, _, calls in functions for name in calls if name.startswith("assert_")}
    while more := {function for _, function, calls in functions if not function.startswith("test_") and calls & asserting} - asserting:
        asserting |= more
    return [f"{name}: {test}" for name, test, calls in functions if test.startswith("test_") and not ({test} | calls) & asserting]


def test_every_test_asserts_something() -> None:
    files = ((str(path.relative_to(TESTS)), path.read_text(encoding="utf-8")) for path in TESTS.rglob("*.py"))
    assert not without_assertion(files)


def test_one_that_does_not_is_found() -> None:
    text = """
def check(x): assert x
def helper(x): check(x)
def test_by_itself(): assert 1
def test_by_a_helper(): helper(1)
def test_by_pytest():
    with pytest.raises(ValueError): int("x")
def test_nothing(): print(1)
"""
    assert without_assertion([("file", text)]) == ["file: test_nothing"]
