"""Training beside the window: frames a second, the longest gap between them, and what is left of the headless speed.

The real window is opened (offscreen without a display) and trains each workload; before and after, the same project trains in a process
without a window.
"""

from __future__ import annotations

import itertools
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

WINDOW_WORKLOADS = ("spiral", "digits", "W1")
SIDE_BY_SIDE = ("W1", "W3", "digits_convnet")
W1_BATCH, W1_SAMPLES = 10, 500


def workload(name: str) -> Any:
    """The project of a workload: an example by its name, or W1 (2-8-8-1 tanh, MSE, batch 10, SGD, 500 samples)."""
    from nnlab.core.preparation import DataSettings
    from nnlab.files.examples import load_example
    from nnlab.files.project import Project
    from nnlab.graph.builder import GraphBuilder
    from nnlab.training.settings import TrainingSettings

    b = GraphBuilder()
    if name == "W3":  # on digits, which have its shapes
        hidden = b.input(features=64)
        for units in (128, 64):
            hidden = b.relu(b.dense(hidden, units=units))
        b.cross_entropy(b.dense(hidden, units=10))
        return Project(b.build(), DataSettings("digits", validation_share=0.0), TrainingSettings("adam", {}, 1e-3, 32))
    if name != "W1":
        return load_example(name)
    hidden = b.input(features=2)
    for _ in range(2):
        hidden = b.tanh(b.dense(hidden, units=8))
    b.mse(b.dense(hidden, units=1))
    data = DataSettings("plane", {"samples": W1_SAMPLES}, validation_share=0.0)
    return Project(b.build(), data, TrainingSettings("sgd", {}, 1e-3, W1_BATCH))


def headless(name: str, seconds: float) -> float:
    """Steps per second of a workload on the training thread, with no window in the process."""
    import queue

    from nnlab.core.preparation import prepare
    from nnlab.training import commands
    from nnlab.training.change import Change
    from nnlab.training.trainer import Trainer

    project = workload(name)
    events: queue.Queue[commands.Event] = queue.Queue()
    trainer = Trainer(events.put)
    trainer.send(commands.Load(Change.opening(project), prepare(project.data), 1))
    trainer.send(commands.Play())
    while not (isinstance(event := events.get(timeout=60), commands.StateChanged) and event.playing):
        pass

    def reached() -> int:  # of the run itself: the newest frame may be of long ago
        iteration = trainer.iteration()
        assert iteration is not None
        return iteration

    _wait(0.5)
    rate = rate_of(reached, lambda: _wait(seconds))
    trainer.close()
    return rate


def rate_of(reached: Callable[[], int], work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """How far a run comes per second during `work`, whatever it `reached` before; `clock` in seconds."""
    start, first = clock(), reached()
    work()
    count = reached() - first
    return count / (clock() - start)


def _wait(seconds: float) -> None:
    """Lets the training thread work; nothing is being waited *for*, the time itself is what is measured."""
    import threading

    threading.Event().wait(seconds)


def _headless_in_child(name: str, seconds: float) -> float:
    code = f"from nnlab.bench.window import headless; print(headless({name!r}, {seconds}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def in_window(name: str, seconds: float, workspace: str = "train", runs: int = 1) -> dict[str, float]:
    """Frames per second, the longest gap between two handled timer ticks, and steps per second of each run with the window open."""
    import math
    import tempfile
    from pathlib import Path

    from nnlab.app import open_window, record, settle
    from nnlab.training.difference import Difference
    from nnlab.ui.document.comparison_edits import set_comparison
    from nnlab.ui.files.store import Store

    folder = tempfile.TemporaryDirectory()
    window = open_window("spiral", show=False, store=Store(Path(folder.name)))
    window.transport.set_speed(math.inf)
    window.document.replace(workload(name), name)
    window.show()
    window.show_workspace(workspace)
    set_comparison(window.document, [Difference("seed", f"+{distance}") for distance in range(1, runs)])
    settle(500)
    window.session.play()
    settle(1500)
    ticks, views = record(window, seconds)
    window.session.pause()
    settle(200)
    window.files.give_up()
    window.close()
    folder.cleanup()
    gaps = [b - a for a, b in itertools.pairwise(ticks)]
    (t0, n0), (t1, n1) = views[0], views[-1]
    return {
        "fps": round((len(views) - 1) / (t1 - t0), 1),
        "ticks_per_second": round((len(ticks) - 1) / (ticks[-1] - ticks[0]), 1),
        "longest_frame_ms": round(max(gaps) * 1000, 1),
        "steps_per_second": round((n1 - n0) / (t1 - t0), 1),
    }


def bench_window(seconds: float, echo: Any) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name in WINDOW_WORKLOADS:
        before = _headless_in_child(name, seconds / 2)
        measured = in_window(name, seconds)
        after = _headless_in_child(name, seconds / 2)
        alone = statistics.mean((before, after))
        measured["headless_steps_per_second"] = round(alone, 1)
        measured["share_of_headless"] = round(measured["steps_per_second"] / alone, 3)
        result[name] = measured
        echo(
            f"{name:8} {measured['ticks_per_second']:5.1f} ticks/s  {measured['fps']:5.1f} frames/s  longest gap "
            f"{measured['longest_frame_ms']:5.1f} ms  {measured['steps_per_second']:>12,.0f} steps/s  "
            f"{measured['share_of_headless']:6.1%} of headless"
        )
    return result


def bench_side_by_side(seconds: float, echo: Any) -> dict[str, Any]:
    """Two runs in Compare against one: frames, gaps, and how many more steps both make together than one alone."""
    result: dict[str, Any] = {}
    for name in SIDE_BY_SIDE:
        one = in_window(name, seconds / 2, "compare")
        two = in_window(name, seconds, "compare", runs=2)
        again = in_window(name, seconds / 2, "compare")
        alone = statistics.mean((one["steps_per_second"], again["steps_per_second"]))
        two["together_over_one"] = round(2 * two["steps_per_second"] / alone, 3)
        result[name] = two
        echo(
            f"{name:15} two runs  {two['ticks_per_second']:5.1f} ticks/s  {two['fps']:5.1f} frames/s  longest gap "
            f"{two['longest_frame_ms']:5.1f} ms  together {two['together_over_one']:.2f} x the steps of one"
        )
    return result
