"""The mutation run makes the faults it names, leaves out what no test could see, and keeps its list of equivalents current."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT / "packaging"))

from mutation_sites import mutants_of, mutated  # noqa: E402  (packaging/ is no package)


def changes(statement: str) -> set[str]:
    """What the statement becomes inside a function."""
    source = f"def f(a, b, xs):\n    {statement}\n"
    return {mutated(source, m.number).split("\n")[1].strip() for m in mutants_of("file.py", source)}


@pytest.mark.parametrize(("statement", "expected"), [
    ("a + b", {"a - b"}), ("a -= b", {"a += b"}), ("a * b", {"a / b"}), ("a < b", {"a <= b"}), ("a == b", {"a != b"}),
    ("a and b", {"a or b"}), ("not a", {"not not a"}), ("-a", {"+a"}), ("min(a, b)", {"max(a, b)"}), ("xs[a:]", {"xs[:]"}),
    ("xs[0]", {"xs[1]"}), ("xs[2]", {"xs[3]", "xs[1]"}), ("return a", {"return None"}), ("a = 0.5", {"a = 1.0"}),
    ("a = True", {"a = False"}),
    ("a = b if xs else a", {"a = b if not xs else a"}), ("f'{a:.{b - 1}f}'", {"f'{a:.{b + 1}f}'", "f'{a:.{b - 2}f}'", "f'{a:.{b - 0}f}'"}),
])  # fmt: skip
def test_every_kind_of_change(statement: str, expected: set[str]) -> None:
    assert changes(statement) == expected


@pytest.mark.parametrize(
    "source",
    [
        '"""Says 1 + 1."""', "x: Array[1] | None", "assert a < b, 'less'", "def __repr__(self): return f'{self.x + 1}'",
        "if TYPE_CHECKING:\n    a = 1", "@cache(3)\ndef f(a: 'int | str'): a", "zip(a, b, strict=True)", "'a' + b", "return_value",
        "place.view(arena, 1)",
    ],
)  # fmt: skip
def test_what_nobody_could_see_is_left_alone(source: str) -> None:
    assert not mutants_of("file.py", source)


def test_a_mutant_knows_its_statement_and_who_stands_for_it() -> None:
    source = "SIZE = 4\n\n@compiled\ndef inner(a):\n    return a\n\n@compiled\ndef outer(a):\n    return (\n        inner(a + 1)\n    )\n"
    found = mutants_of("file.py", source)
    assert {(m.lines, m.names, m.at_import, m.is_compiled) for m in found} == {
        (range(1, 2), frozenset({"SIZE"}), True, False),
        (range(5, 6), frozenset({"inner", "outer"}), False, True),
        (range(9, 12), frozenset({"outer"}), False, True),
    }
    assert len({m.key for m in found}) == len(found) == 7


def test_every_equivalent_has_its_reason_above_it() -> None:
    """Which of them no longer apply, since the statement was changed, the run itself says."""
    lines = (CHECKOUT / "packaging" / "mutation_equivalent.txt").read_text(encoding="utf-8").splitlines()
    for group in "\n".join(lines).split("\n\n")[1:]:
        blocks = re.split(r"\n(?=#)", group)
        assert all(block.startswith("#") and "\nnnlab/" in block for block in blocks), group
