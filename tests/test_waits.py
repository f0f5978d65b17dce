"""No test waits without an end: one that never comes would hold up the whole suite, and nobody would see which it was."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parent
PROGRAMS = {"run", "call", "check_call", "check_output"}  # of subprocess
WAITS = {"join", "wait", "communicate"}  # of threads, events and processes; str.join has an argument
WORDS = re.compile(r"subprocess\.|\.(join|wait)\(\s*\)|\.communicate\(")  # of files that need to be parsed


def endless(tree: ast.AST) -> Iterator[int]:
    """Lines of calls that wait for something for as long as it takes."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            continue
        if any(keyword.arg in ("timeout", None) for keyword in call.keywords):
            continue
        owner, name = call.func.value, call.func.attr
        starts_program = isinstance(owner, ast.Name) and owner.id == "subprocess" and name in PROGRAMS
        if starts_program or (name in WAITS and not call.args):
            yield call.lineno


def test_every_wait_in_the_tests_has_an_end() -> None:
    files = sorted(TESTS.rglob("*.py"))
    assert len(files) > 500
    texts = {path: text for path in files if WORDS.search(text := path.read_text(encoding="utf-8"))}
    found = [f"{path.relative_to(TESTS)}:{line}" for path, text in texts.items() for line in endless(ast.parse(text))]
    assert found == []


def test_a_wait_without_an_end_is_found() -> None:
    code = "subprocess.run(['a'])\nthread.join()\nthread.join(5)\nprogram.wait(timeout=5)\n''.join(words)\nprogram.communicate(input=b'')\n"
    assert list(endless(ast.parse(code))) == [1, 2, 6]
