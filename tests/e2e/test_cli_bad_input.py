"""Every kind of bad input of issue 3, on the command line: one clear sentence, the right exit status, no traceback.

`nnlab train` ends in 2 for bad input. `nnlab check` ends in 1 for what is wrong inside a file and in 2 for a file that it cannot read.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb  # noqa: F401  (its first import beside Qt warns, and pytest shows that among the sentences)
import pytest
from command_line import run_command
from endings import LIMIT
from networks import mlp
from projects import valid_entries, write_zip
from thoroughness import IS_NIGHTLY

from nnlab.files.schema import SCHEMA

Nodes = list[dict[str, Any]]

GOOD = json.loads(mlp([2, 4, 1], loss="binary_cross_entropy").to_json())


def graph(path: Path, nodes: Nodes, edges: list[list[str]]) -> Path:
    path.write_text(json.dumps({"nodes": nodes, "edges": edges}))
    return path


def node(name: str, operator: str, **settings: object) -> dict[str, Any]:
    return {"id": name, "operator": operator, "settings": settings}


def edited(path: Path, node_id: str, **changes: object) -> Path:
    """The good graph with one node changed."""
    nodes = [{**n, **changes} if n["id"] == node_id else n for n in GOOD["nodes"]]
    return graph(path, nodes, GOOD["edges"])


CHAIN = [["in", "y", "a", "x"], ["a", "y", "loss", "x"]]
SMALL = [node("in", "input", features=2), node("a", "dense", units=1), node("loss", "binary_cross_entropy")]


def cycle(folder: Path) -> Path:
    nodes = [*SMALL, node("b", "add")]
    return graph(folder / "x.json", nodes, [["in", "y", "b", "a"], ["b", "y", "a", "x"], ["a", "y", "b", "b"], ["a", "y", "loss", "x"]])


def two_losses(folder: Path) -> Path:
    return graph(folder / "x.json", [*SMALL, node("second", "mse")], [*CHAIN, ["a", "y", "second", "x"]])


def shapes(folder: Path) -> Path:
    nodes = [*SMALL, node("b", "dense", units=3), node("sum", "add")]
    edges = [["in", "y", "a", "x"], ["in", "y", "b", "x"], ["a", "y", "sum", "a"], ["b", "y", "sum", "b"], ["sum", "y", "loss", "x"]]
    return graph(folder / "x.json", nodes, edges)


def table(text: str | bytes) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = folder / "x.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def project(spoil: Callable[[dict[str, bytes]], dict[str, bytes]]) -> Callable[[Path], Path]:
    return lambda folder: write_zip(folder / "x.nnlab", spoil(valid_entries(folder)))


def half(folder: Path) -> Path:
    path = write_zip(folder / "x.nnlab", valid_entries(folder))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


def newer(entries: dict[str, bytes]) -> dict[str, bytes]:
    return {**entries, "project.json": json.dumps({**json.loads(entries["project.json"]), "schema": SCHEMA + 1}).encode()}


ROWS = "".join(f"{i},{i * 2},{i % 2}\n" for i in range(20))

# What is written to the disk, what the sentence must name, and how `check` ends.
CASES: dict[str, tuple[Callable[[Path], Path], tuple[str, ...], int]] = {
    "unknown operator": (lambda f: edited(f / "x.json", "dense_1", operator="densee"), ("dense_1", "no operator named 'densee'"), 1),
    "wrong setting": (lambda f: edited(f / "x.json", "dense_1", settings={"units": -1}), ("dense_1", "units is -1"), 1),
    "cycle": (cycle, ("form a cycle", "remove one of the edges"), 1),
    "missing input": (lambda f: graph(f / "x.json", SMALL, CHAIN[1:]), ("a has no input", "connect a layer"), 1),
    "no data input": (lambda f: graph(f / "x.json", SMALL[1:], CHAIN[1:]), ("no input",), 1),
    "two losses": (two_losses, ("second is a second loss beside loss", "Remove one"), 1),
    "no loss": (lambda f: graph(f / "x.json", SMALL[:2], CHAIN[:1]), ("There is no loss",), 1),
    "incompatible shapes": (shapes, ("sum",), 1),
    "features do not fit": (lambda f: edited(f / "x.json", "input_1", settings={"features": 5}), ("input_1 takes 5 features", "2"), 1),
    "edge to nowhere": (lambda f: graph(f / "x.json", SMALL, [*CHAIN, ["a", "y", "q", "x"]]), ("no node 'q'",), 1),
    "edge to no port": (lambda f: graph(f / "x.json", SMALL, [["in", "y", "a", "z"]]), ("a has no such input",), 1),
    "no json": (lambda f: table("{nodes")(f).rename(f / "x.json"), ("x.json: This is not an NN Lab graph",), 1),
    "text in a numeric column": (table(f"a,b,c\n{ROWS}7,tall,1\n"), ("x.csv", "column 'b' holds 'tall' in line 22", "b=text"), 1),
    "ragged rows": (table(f"a,b,c\n{ROWS}7,1\n"), ("x.csv, line 22", "2 values", "3 columns"), 1),
    "no rows": (table("a,b,c\n"), ("x.csv", "no rows"), 1),
    "empty": (table(""), ("x.csv is empty",), 1),
    "one class": (table("a,c\n1,\n" + "".join(f"{i},yes\n" for i in range(20))), ("x.csv", "nothing to learn"), 1),
    "a question": (table("a;c\n" + "1,000;0\n2,000;1\n" * 20), ("x.csv", "'a' holds 1,000", "a=decimal_comma"), 1),
    "not text": (table(bytes(range(256)) * 10), ("x.csv is not a text file",), 1),
    "an Excel workbook": (table(b"PK\x03\x04" + bytes(100)), ("x.csv cannot be read as a workbook",), 1),
    "newer version": (project(newer), ("x.nnlab", f"newer NN Lab (schema {SCHEMA + 1})", "please update"), 2),
    "cut in half": (half, ("x.nnlab", "incomplete"), 2),
    "no project": (lambda f: table("hello")(f).rename(f / "x.nnlab"), ("x.nnlab: this is not an NN Lab project",), 2),
    "zip bomb": (project(lambda e: {**e, "weights.safetensors": bytes(50 * 2**20)}), ("x.nnlab", "200 times its size"), 2),
    "path out of the archive": (project(lambda e: {**e, "../../evil.py": b"x"}), ("x.nnlab", "'../../evil.py'", "outside"), 2),
    "code in the archive": (project(lambda e: {**e, "__init__.py": b"1/0"}), ("x.nnlab", "'__init__.py' does not belong to a project"), 2),
    "broken weights": (project(lambda e: {**e, "weights.safetensors": b"x" * 64}), ("x.nnlab", "weights.safetensors is damaged"), 2),
    "no file": (lambda f: f / "missing.csv", ("no file or example", "missing.csv"), 2),
    "a folder": (lambda f: f, ("is a folder without images",), 2),
}


@pytest.mark.parametrize("case", CASES)
def test_train_refuses_with_one_sentence(case: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    make, words, _ = CASES[case]
    answer = run_command(capfd, "train", make(tmp_path), "--out", tmp_path / "out.nnlab")
    assert answer.status == 2 and not answer.out and not (tmp_path / "out.nnlab").exists()
    assert len(answer.err.splitlines()) == 1
    for word in words:
        assert word in answer.error


@pytest.mark.parametrize("case", CASES)
def test_check_says_the_same(case: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    make, words, status = CASES[case]
    answer = run_command(capfd, "check", make(tmp_path))
    assert answer.status == status and answer.error
    for word in words:
        assert word in answer.out + answer.err


# By day one of the two commands: every case passes through both above, in this process.
@pytest.mark.parametrize(("case", "by_day"), [("cycle", "train"), ("text in a numeric column", "check"), ("zip bomb", "train")])
def test_a_process_of_its_own_ends_the_same_way(case: str, by_day: str, tmp_path: Path):
    make, words, status = CASES[case]
    path = make(tmp_path)
    for command in ("train", "check") if IS_NIGHTLY else (by_day,):
        command_line = [sys.executable, "-m", "nnlab", command, str(path)]
        answer = subprocess.run(command_line, capture_output=True, text=True, check=False, timeout=LIMIT)
        said = answer.stdout + answer.stderr
        expected = 2 if command == "train" else status
        assert answer.returncode == expected and "Traceback" not in said and all(word in said for word in words)


def test_nothing_from_a_file_is_executed(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    """A table and a formula whose texts would do harm if anything evaluated them."""
    proof = tmp_path / "proof"
    payload = f"__import__('pathlib').Path({str(proof)!r}).touch()"
    path = tmp_path / "x.csv"
    path.write_text(f'"{payload}",b,c\n' + ROWS)
    assert run_command(capfd, "train", path, "--steps", 5).status == 0
    nodes = [node("in", "input", features=1), node("a", "dense", units=1), node("loss", "mse")]
    data = {"name": "function", "settings": {"formula": payload}}
    text = {"schema": 1, "graph": {"nodes": nodes, "edges": CHAIN}, "data": data, "training": {}}
    (tmp_path / "x.json").write_text(json.dumps(text))
    answer = run_command(capfd, "train", tmp_path / "x.json")
    assert answer.status == 2 and "not" in answer.error
    assert not proof.exists()
