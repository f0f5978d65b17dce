"""There is one helping thread in a process, and it stays."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from nnlab.engine import helper, parts
from nnlab.engine.compile import Update
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.graph.builder import GraphBuilder


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """A network whose products are worth a second thread, however many the process may use."""
    for limit in ("WORTH", "WORTH_A_THREAD", "USES"):
        monkeypatch.setattr(parts, limit, 1)
    monkeypatch.setattr(helper, "most_threads", lambda: 2)
    b = GraphBuilder()
    image = b.reshape(b.input(features=64), shape="1, 8, 8")
    b.cross_entropy(b.dense(b.flatten(b.relu(b.conv2d(image, filters=8, kernel_size=3))), units=3))
    generator = np.random.default_rng(3)
    x, y = generator.standard_normal((40, 64)), generator.integers(0, 3, 40)
    made = Run(Setup(b.build(), x, y, update=Update("sgd", 0.1), batch_size=20, seed=1))
    assert made.program.parts.table
    return made


def helpers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "second parts"]


def test_the_same_thread_helps_again_and_again(run: Run) -> None:
    run.train(2)
    first = helpers()
    assert len(first) == 1 and first[0].daemon
    for _ in range(3):
        run.train(2)
    assert helpers() == first


def test_nobody_helps_where_a_run_is_helped_already_or_nobody_may(run: Run) -> None:
    network = run.step.update.network
    with helper.helped(network, run.program.parts):
        assert helper._helper.is_taken.locked()
        with helper.helped(network, run.program.parts):
            assert helper._helper.is_taken.locked()
        assert helper._helper.is_taken.locked(), "it is still the first who is helped"
    assert not helper._helper.is_taken.locked()
    with helper.without_help():
        assert helper._helper.is_taken.locked()
        with helper.without_help():
            pass
        assert helper._helper.is_taken.locked()
    assert not helper._helper.is_taken.locked()
