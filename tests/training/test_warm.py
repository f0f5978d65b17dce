"""Compiling all kernels ahead: complete, with progress, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import lora_cases
import pytest
from endings import LIMIT

from nnlab.core.operator import inner_operators, operators
from nnlab.core.optimizer import optimizers
from nnlab.core.schedule import schedules
from nnlab.engine.compile import Update, compile
from nnlab.graph.kernel_names import kernel_names
from nnlab.training import warm


def test_every_operator_and_optimiser_is_among_them():
    names = {name.split(",")[0] for name, _ in warm.adapters()}
    learners = {k.title for k in optimizers} | {k.title for k in schedules if k.update is not None}
    kinds = [kind for kind in (*operators, *inner_operators) if kind.forward is not None or kind.backward is not None]
    assert names == {kind.title for kind in kinds} | learners and "Penalty" in names


def test_a_network_with_adapters_needs_their_kernels_too():
    plain = kernel_names(lora_cases.base())
    assert set(plain) == {"input", "dense", "tanh", "cross_entropy"}
    assert set(kernel_names(lora_cases.adapted({}))) - set(plain) == {"lora_down", "lora_up"}
    assert set(kernel_names(lora_cases.adapted({"dora": True, "dropout": 0.1}))) - set(plain) == {
        "lora_down", "lora_norm", "dora", "dropout",
    }  # fmt: skip
    used = {i.operator for i in compile(lora_cases.adapted({"dora": True, "init": "pissa"}), 1, update=Update("adam")).instructions}
    assert used - {""} <= set(kernel_names(lora_cases.adapted({"dora": True, "init": "pissa"})))


def test_a_project_needs_few_of_them():
    parts = warm.adapters_of(["input", "dense", "tanh", "dense", "mse", "muon", "cosine", "no such thing"])
    assert [name for name, _ in parts] == ["Dense", "Dense", "tanh", "tanh", "MSE", "MSE", "Muon", "AdamW", "Cosine"]


def test_afterwards_it_is_warm_and_says_how_far_it_was():
    calls: list[tuple[int, int, str]] = []
    warm.warm_up(lambda done, total, name: calls.append((done, total, name)))
    assert warm.is_warm()
    done = [call[0] for call in calls]
    assert done == sorted(done) and done[0] == 0
    assert calls[-1][0] == calls[-1][1] and len({call[1] for call in calls}) == 1


def test_an_empty_cache_is_cold(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NNLAB_CACHE", str(tmp_path))
    answer = subprocess.run(
        [sys.executable, "-c", "from nnlab.training.warm import is_warm; print(is_warm())"], timeout=LIMIT,
        capture_output=True, text=True, check=True,
    )
    assert answer.stdout.strip() == "False"


def test_the_child_process_prints_a_line_per_part():
    answer = subprocess.run([sys.executable, "-m", "nnlab.training.warm"], capture_output=True, text=True, check=True, timeout=LIMIT)
    lines = answer.stdout.splitlines()
    assert lines[0].startswith("0/") and lines[-1].endswith("ready") and all("/" in line.split(" ", 1)[0] for line in lines)
    assert not answer.stderr


class Compiled:
    """An adapter that was compiled before, or was not."""

    def __init__(self, is_there: bool) -> None:
        self.is_there = is_there
        self.looks = 0

    def is_cached(self, real: str) -> bool:
        assert real == "float32"
        self.looks += 1
        return self.is_there


@pytest.mark.parametrize(("there", "is_warm"), [([True, True], True), ([True, False], False), ([False, True], False), ([], True)])
def test_one_kernel_that_is_missing_is_cold(there: list[bool], is_warm: bool):
    warm.warm_up(lambda done, total, name: None, [])  # the machine itself
    parts: Any = [("a kernel", Compiled(one)) for one in there]
    assert warm.is_warm(parts) is is_warm


def test_what_was_found_is_not_looked_for_again():
    warm.warm_up(lambda done, total, name: None, [])
    there, missing = Compiled(True), Compiled(False)
    parts: Any = [("there", there), ("missing", missing)]
    assert not warm.is_warm(parts) and not warm.is_warm(parts)
    assert (there.looks, missing.looks) == (1, 2)
    missing.is_there = True
    assert warm.is_warm(parts) and warm.is_warm(parts)
    assert (there.looks, missing.looks) == (1, 3)
