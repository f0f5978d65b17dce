"""The mutation run makes the faults it names, leaves out what no test could see, and keeps its list of equivalents current."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT / "packaging"))

from mutation import FilesOfTests  # noqa: E402  (packaging/ is no package)
from mutation_sites import mutants_of, mutated  # noqa: E402


def changes(statement: str) -> set[str]:
    """What the statement becomes inside a function."""
    source = f"def f(a, b, xs):\n    {statement}\n"
    return {mutated(source, m.number).split("\n")[1].strip() for m in mutants_of("file.py", source)}


@pytest.mark.parametrize(("statement", "expected"), [
    ("a + b", {"a - b"}), ("a -= b", {"a += b"}), ("a * b", {"a / b"}), ("a < b", {"a <= b"}), ("a == b", {"a != b"}),
    ("a and b", {"a or b"}), ("not a", {"not not a"}), ("-a", {"+a"}), ("min(a, b)", {"max(a, b)"}), ("xs[a:]", {"xs[:]"}),
    ("xs[0]", {"xs[1]"}), ("xs[2]", {"xs[3]", "xs[1]"}), ("return a", {"return None"}), ("return False", {"return True"}),
    ("a = 0.5", {"a = 1.0"}), ("a.reshape(-1)", {"a.reshape(+1)"}), ("a.reshape((-1, -2))", {"a.reshape((+1, -2))",
    "a.reshape((-1, +2))", "a.reshape((-1, -3))", "a.reshape((-1, -1))"}), ("a = -1", {"a = +1", "a = -2", "a = -0"}),
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
    (default, _, _) = mutants_of("file.py", "def outer(a=1):\n    return a\n")
    assert (default.names, default.at_import) == ({"outer"}, True)


def test_every_equivalent_has_its_reason_above_it() -> None:
    """Which of them no longer apply, since the statement was changed, the run itself says."""
    lines = (CHECKOUT / "packaging" / "mutation_equivalent.txt").read_text(encoding="utf-8").splitlines()
    for group in "\n".join(lines).split("\n\n")[1:]:
        blocks = re.split(r"\n(?=#)", group)
        assert all(block.startswith("#") and "\nnnlab/" in block for block in blocks), group


FILES = {
    "nnlab/__init__.py": "",
    "nnlab/engine/__init__.py": "",
    "nnlab/engine/sums.py": (
        "LEAST = 2\n\ndef added(a, b):\n    return a + b\n\ndef least(a):\n    return max(a, LEAST)\n\n"
        "def unused(a):\n    return a - 1\n"
    ),
    "nnlab/engine/user.py": "from nnlab.engine.sums import added\n",
    "tests/engine/test_sums.py": (
        "from nnlab.engine.sums import added, least\n\ndef test_added():\n    assert added(2, 3) == 5\n\n"
        "def test_least():\n    assert least(1) == 2\n\ndef test_never_right():\n    assert added(0, 0) == 1\n\n"
        "def test_a_program():\n    import subprocess, sys\n"
        "    subprocess.run([sys.executable, '-c', 'from nnlab.engine.sums import unused; assert unused(3) == 2'], check=True)\n"
    ),
    "tests/engine/test_user.py": "",
    "tests/engine/test_other.py": "",
    "tests/far/test_direct.py": "from nnlab.engine import sums\n",
    "nnlab/far/page.py": "def show(tools):\n    return tools.least(3)\n",
    "tests/far/test_page.py": "",
    "tests/far/test_walk.py": "def test_walk(tools):\n    tools.least(2)\n",
    "tests/oracle/test_sums.py": "from nnlab.engine import sums\n",
}  # fmt: skip


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_mutant_is_met_by_its_own_tests_first(tree: Path) -> None:
    """Then by those that import its module, those of the files which use it, and its neighbours'; never by the slow ones."""
    assert FilesOfTests(tree).of("nnlab/engine/sums.py") == (
        "tests/engine/test_sums.py", "tests/far/test_direct.py", "tests/engine/test_user.py", "tests/engine/test_other.py",
    )  # fmt: skip


def test_what_survives_is_met_by_those_that_call_it_by_name(tree: Path) -> None:
    """The mirror of a file that calls it, and a test that does; nobody calls `unused`, and a constant stands for itself."""
    tests, file = FilesOfTests(tree), "nnlab/engine/sums.py"
    found = {m.title.split(" ")[1]: tests.by_name(m) for m in mutants_of(file, FILES[file])}
    assert found == {
        "module:": (), "added:": (), "least:": ("tests/far/test_page.py", "tests/far/test_walk.py"), "unused:": (),
    }  # fmt: skip


SCRIPT = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import mutation, mutation_run
from mutation_sites import mutants_of
mutation_run.LIBRARIES = ("pytest",)
tree = Path(sys.argv[2])
file = "nnlab/engine/sums.py"
mutants = [m for m in mutants_of(file, (tree / file).read_text())]
loaded = mutation_run.Loaded(tree, tree, 60)
own = ("tests/engine/test_sums.py::test_added", "tests/engine/test_sums.py::test_least")
for m in mutants:
    print(m.title, "|", loaded.meet(m, own).outcome)
print("unbroken |", loaded.meet(None, own).outcome)
program = ("tests/engine/test_sums.py::test_a_program",)
print("by a program |", *{loaded.meet(m, program).outcome for m in mutants if "unused" in m.title}, loaded.meet(None, program).outcome)
wrong = ("tests/engine/test_sums.py::test_never_right",)
met = {m: loaded.meet(m, wrong) for m in mutants[:1]}
print("false |", *mutation.without_false_kills(loaded, met, {m: wrong for m in met}).values())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="it forks")
def test_mutants_are_killed_or_survive_in_memory_and_in_a_new_interpreter(tree: Path) -> None:
    """A constant is read at import, all else inside functions; who fails on the tree as it is kills nothing."""
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(CHECKOUT / "packaging"), str(tree)], capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 0, run.stderr
    told = dict(line.rsplit(" | ", 1) for line in run.stdout.splitlines() if " | " in line)
    outcomes = {title.partition(": ")[2]: outcome for title, outcome in told.items() if ": " in title}
    assert outcomes == {
        "LEAST = 2 -> LEAST = 3": "killed", "LEAST = 2 -> LEAST = 1": "killed",
        "return a + b -> return None": "killed", "return a + b -> return a - b": "killed",
        "return max(a, LEAST) -> return None": "killed", "return max(a, LEAST) -> return min(a, LEAST)": "killed",
        "return a - 1 -> return None": "survived", "return a - 1 -> return a + 1": "survived",
        "return a - 1 -> return a - 2": "survived", "return a - 1 -> return a - 0": "survived",
    }  # fmt: skip
    assert (told["unbroken"], told["false"]) == ("survived", "fails anyway")
    assert told["by a program"] == "killed survived", "a program that a test starts reads the changed text, and then the usual one"
