"""What adapters cost, measured on a quiet machine: steps a second against full fine-tuning, switching, merging, and the window's frames.

    PYTHONPATH=. python tests/benchmarks/lora.py steps      # W5, r = 8 on both hidden layers, in turn with full fine-tuning
    PYTHONPATH=. python tests/benchmarks/lora.py switch     # ten adapters on W4: one to another, and 1,000 times merged and unmerged
    PYTHONPATH=. python tests/benchmarks/lora.py frames     # workspace LoRA while an adapter trains; CPU of the window's thread by panel

CPU times are of one thread (`time.thread_time`), so that what else the machine does counts little.
"""

from __future__ import annotations

import itertools
import math
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

SIZES = {"W4": ((784, 256, 128, 10), 128), "W5": ((1024, 1024, 1024, 10), 256)}


def network(name: str) -> Any:
    from nnlab.graph.builder import GraphBuilder

    sizes, _ = SIZES[name]
    b = GraphBuilder()
    layer = b.input(features=sizes[0])
    for k, units in enumerate(sizes[1:-1], 1):
        layer = b.relu(b.dense(layer, units=units, id=f"hidden_{k}"))
    b.cross_entropy(b.dense(layer, units=sizes[-1], id="head"))
    return b.build()


def steps(rounds: int = 7, seconds: float = 2.0) -> None:
    """Median over rounds, LoRA and full in turn. The optimiser's state is counted from the programs."""
    from nnlab.engine.run import Run
    from nnlab.engine.setup import Setup
    from nnlab.graph.adapters import attach
    from nnlab.studies.lora.measures import optimizer_bytes
    from nnlab.training.settings import TrainingSettings
    from nnlab.training.update import update_of

    sizes, batch = SIZES["W5"]
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((4 * batch, sizes[0])).astype(np.float32), rng.integers(0, sizes[-1], (4 * batch, 1)).astype(np.float32)
    graph, training = network("W5"), TrainingSettings("adam", {}, 1e-3, batch)
    graphs = {"full": graph, "lora": attach(graph, ["hidden_1", "hidden_2"], rank=8, name="task_a")}
    update = update_of(training)
    runs = {name: Run(Setup(g, x, y, x[:0], y[:0], update=update, batch_size=batch), frames=False) for name, g in graphs.items()}
    rates: dict[str, list[float]] = defaultdict(list)
    for _ in range(rounds):
        for name, run in runs.items():
            run.train(4)
            begun, done = time.perf_counter(), 0
            while time.perf_counter() - begun < seconds:
                run.train(4)
                done += 4
            rates[name].append(done / (time.perf_counter() - begun))
    ratios = [lora / full for lora, full in zip(rates["lora"], rates["full"], strict=True)]
    moments = {name: optimizer_bytes(run.program) for name, run in runs.items()}
    print(f"W5: full {statistics.median(rates['full']):.1f} steps/s, LoRA r 8 {statistics.median(rates['lora']):.1f}; in a round "
          f"{statistics.median(ratios):.2f} × ({min(ratios):.2f} to {max(ratios):.2f}; aim 1.25)")  # fmt: skip
    print(f"    optimiser state {moments['lora']:,} of {moments['full']:,} bytes: {moments['lora'] / moments['full']:.2%} (aim 2 %)")


def switch(adapters: int = 10, switches: int = 50, cycles: int = 1000) -> None:
    """A session's own calls: what a switch takes by the clock and on the thread, and whether merging leaves a bit changed."""
    import nnlab

    session = nnlab.Session(network("W4"))
    names = [session.attach(name=f"task_{chr(97 + k)}", rank=4) for k in range(adapters)]
    rng = np.random.default_rng(1)
    learned = {name: values for name, values in session.parameters.items() if "lora_B" in name}
    session.set_parameters({name: values + 0.01 * rng.standard_normal(values.shape) for name, values in learned.items()})
    wall, own = [], []
    for k in range(switches):
        name = names[k % adapters]
        begun, thread = time.perf_counter(), time.thread_time()
        session.switch(name)
        wall.append(1000 * (time.perf_counter() - begun))
        own.append(1000 * (time.thread_time() - thread))
    print(f"W4, {adapters} adapters: a switch {statistics.median(wall):.2f} ms (longest {max(wall):.2f}), of CPU "
          f"{statistics.median(own):.2f} ms (longest {max(own):.2f}; aim 10)", flush=True)  # fmt: skip
    begun = time.perf_counter()
    before = session.parameters
    for _ in range(cycles):
        session.merge(names[0])
        session.unmerge(names[0])
    after = session.parameters
    same = all(np.array_equal(before[name], after[name]) for name in before)
    print(f"    {cycles:,} times merged and unmerged: {'every parameter bit for bit as before' if same else 'CHANGED'}, "
          f"{1000 * (time.perf_counter() - begun) / cycles:.1f} ms a time")


def frames(seconds: float = 10.0) -> None:
    """Frames a second with digits → turned digits training at full speed, and CPU a frame of the window's thread, panel by panel."""
    from PySide6.QtCore import QSize

    from nnlab.app import open_window, record, settle
    from nnlab.studies.lora.scenarios import SCENARIOS, task_project
    from nnlab.ui.files.store import Store

    folder = tempfile.TemporaryDirectory()
    window = open_window("digits", show=False, size=QSize(1280, 800), store=Store(Path(folder.name)))
    window.transport.set_speed(math.inf)
    window.document.replace(task_project(SCENARIOS["rotated-digits"], "lora", rank=8), "digits")
    window.show()
    window.show_workspace("lora")
    spent: dict[str, float] = defaultdict(float)
    for name in ("adapter_matrices", "adapters", "adapter_spectrum", "adapter_cost", "lora_study"):
        panel = window.panels[name]
        parts = {type(panel): ("draw", "paintEvent"), **{type(w): ("paintEvent",) for w in (getattr(panel, a, None) for a in
                 ("matrices", "outcome", "plot", "rows", "path")) if w is not None}}  # fmt: skip
        for kind, methods in parts.items():
            for method in methods:
                _timed(kind, method, name, spent)
    settle(500)
    window.session.play()
    settle(1500)
    spent.clear()
    begun = time.thread_time()
    ticks, views = record(window, seconds)
    whole = 1000 * (time.thread_time() - begun)
    gaps = [b - a for a, b in itertools.pairwise(ticks)]
    shown = max(1, len(views))
    print(f"workspace LoRA, digits: {(len(ticks) - 1) / (ticks[-1] - ticks[0]):.1f} ticks/s, {len(views) / seconds:.1f} frames/s, longest "
          f"gap {1000 * max(gaps):.0f} ms; CPU of the window's thread {whole / shown:.2f} ms a frame")  # fmt: skip
    for name, milliseconds in sorted(spent.items(), key=lambda item: -item[1]):
        print(f"    {name:18} {milliseconds / shown:.2f} ms a frame")
    print(f"    all LoRA panels    {sum(spent.values()) / shown:.2f} ms a frame (aim 6)")
    window.session.pause()
    settle(200)
    window.files.give_up()
    window.close()
    folder.cleanup()


def _timed(kind: type, method: str, owner: str, spent: dict[str, float]) -> None:
    """Adds up the CPU that calls of a method take on this thread."""
    plain = getattr(kind, method)
    if getattr(plain, "is_timed", False):
        return

    def timed(self: Any, *arguments: Any) -> Any:
        begun = time.thread_time()
        try:
            return plain(self, *arguments)
        finally:
            spent[owner] += 1000 * (time.thread_time() - begun)

    timed.is_timed = True  # type: ignore[attr-defined]
    setattr(kind, method, timed)


if __name__ == "__main__":
    {"steps": steps, "switch": switch, "frames": frames}[sys.argv[1] if len(sys.argv) > 1 else "frames"]()
