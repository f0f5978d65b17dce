"""Kept runs in a project file: what was saved comes back to the bit, and what no run can be is refused in one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load, save

from nnlab.core.errors import FileError
from nnlab.core.kernel.processor import computing_code
from nnlab.core.preparation import DataSettings
from nnlab.files.examples import load_example
from nnlab.files.kept_runs import ARRAYS, NAMES, decode, encode
from nnlab.files.project import SavedProject
from nnlab.files.project_file import load_project, save_project
from nnlab.training.kept_run import SeedCurve
from nnlab.training.kept_runs import KeptRuns

PROJECT = load_example("xor")


def some_runs() -> KeptRuns:
    blocks, checks = np.array([[0.1, 0.9, 0.5], [0.2, 0.3, 0.25]]), np.array([[4.0, 0.5, np.nan, np.nan, 1.0]])
    seeds = [SeedCurve(k, 5, 0, 2, blocks, checks, 0.25, {"dense_1.weight": np.full((2, 2), k, np.float32)}) for k in range(2)]
    runs = KeptRuns().adding(PROJECT, (seeds[0],)).adding(PROJECT.with_seed(4), tuple(seeds), "both").pinned(2)
    return runs.adding(PROJECT, (replace(seeds[0], last=float("nan"), weights={}),)).without(1)


RUNS = some_runs()
ENTRIES = encode(RUNS, lambda settings: None)


def test_runs_come_back_from_a_file_to_the_bit(tmp_path: Path) -> None:
    save_project(tmp_path / "a.nnlab", SavedProject(PROJECT, runs=RUNS))
    back = load_project(tmp_path / "a.nnlab").runs
    assert all(run.code == computing_code() != "" for run in back)
    assert back.next_number == 4 and [(run.number, run.name, run.is_pinned) for run in back] == [(2, "both", True), (3, "run 3", False)]
    for before, after in zip(RUNS, back, strict=True):
        assert after.project == before.project
        for old, new in zip(before.seeds, after.seeds, strict=True):
            assert new.blocks.tobytes() == old.blocks.tobytes() and new.checks.tobytes() == old.checks.tobytes()
            assert {n: v.tobytes() for n, v in new.weights.items()} == {n: v.tobytes() for n, v in old.weights.items()}
            assert (new.seed, new.iteration, new.origin, new.block_size) == (old.seed, old.iteration, old.origin, old.block_size)


def test_a_run_on_a_table_finds_it_where_the_project_does(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b,y\n" + "\n".join(f"{k},{k % 3},{k % 2}" for k in range(12)))
    project = replace(PROJECT, data=DataSettings("csv_file", {"path": str(tmp_path / "t.csv")}))
    save_project(tmp_path / "a.nnlab", SavedProject(project, runs=KeptRuns().adding(project, RUNS[3].seeds)))
    (tmp_path / "t.csv").unlink()
    saved = load_project(tmp_path / "a.nnlab")
    assert saved.runs[1].project.data == saved.project.data and Path(str(saved.project.data.settings["path"])).is_file()


def changed(name: str, change: Callable[[dict], object]) -> dict[str, bytes]:
    entries = dict(ENTRIES)
    content = json.loads(entries[NAMES]) if name == NAMES else load(entries[ARRAYS])
    change(content)
    entries[name] = json.dumps(content).encode() if name == NAMES else save(content)
    return entries


SPOILT = {
    "holds 2 runs, but project.json tells of 3": (dict(ENTRIES), 3),
    "runs.json is missing": ({ARRAYS: ENTRIES[ARRAYS]}, 2),
    "runs.safetensors is missing": ({NAMES: ENTRIES[NAMES]}, 2),
    "runs.json cannot be read": ({**ENTRIES, NAMES: b"{"}, 2),
    "runs.json, runs, entry 1: object contains unknown field `mood`": (changed(NAMES, lambda c: c["runs"][0].update(mood=1)), 2),
    "runs.json, runs, entry 2, seeds: expected `array` of length >= 1": (changed(NAMES, lambda c: c["runs"][1].update(seeds=[])), 2),
    "not numbered in order": (changed(NAMES, lambda c: c["runs"].reverse()), 2),
    "does not hold 2/0/blocks": (changed(ARRAYS, lambda c: c.pop("2/0/blocks")), 2),
    "2/0/checks has the shape": (changed(ARRAYS, lambda c: c.update({"2/0/checks": np.zeros((3, 2))})), 2),
    "holds no curve that a run can have": (changed(NAMES, lambda c: c["runs"][0]["seeds"][0].update(iteration=3)), 2),
    "2/1/ holds no curve": (changed(ARRAYS, lambda c: c["2/1/blocks"].__setitem__((0, 0), 7.0)), 2),
    "2/0/weights/dense_1.weight contains NaN": (changed(ARRAYS, lambda c: c["2/0/weights/dense_1.weight"].fill(np.nan)), 2),
    "holds '9/0/blocks', which belongs to no run": (changed(ARRAYS, lambda c: c.update({"9/0/blocks": np.zeros((1, 3))})), 2),
    "by a newer NN Lab": (changed(NAMES, lambda c: c["runs"][0]["project"].update(schema=999)), 2),
}


@pytest.mark.parametrize("message", SPOILT)
def test_what_no_run_can_be_is_refused_in_one_sentence(message: str) -> None:
    entries, count = SPOILT[message]
    with pytest.raises(FileError, match=message.replace("(", r"\(")):
        decode(entries.get(NAMES), entries.get(ARRAYS), count)


def test_a_run_written_by_an_older_version_is_migrated() -> None:
    def age(content: dict) -> None:
        for run in content["runs"]:
            run["project"]["schema"] = 5
            del run["project"]["runs"]

    entries = changed(NAMES, age)
    assert [run.project for run in decode(entries[NAMES], entries[ARRAYS], 2)] == [run.project for run in RUNS]
