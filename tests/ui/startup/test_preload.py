"""Libraries are there before anybody waits for them."""

from __future__ import annotations

import ast
import gc
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from endings import join
from pytestqt.qtbot import QtBot

import nnlab
from nnlab.core.operator import operators
from nnlab.jobs.context import Cancelled, JobContext
from nnlab.lessons.library import shipped
from nnlab.studies.neuron import LayerKernels
from nnlab.ui.look.operator_glyph import curve_of
from nnlab.ui.startup import preload as preloading
from nnlab.ui.startup.preload import load_curves, load_lessons, load_libraries, preload
from tests.support.worlds import World, spiral_project, world


@pytest.fixture
def spiral(qtbot: QtBot) -> Iterator[World]:
    with world(spiral_project(), qtbot) as made:
        yield made


@pytest.mark.parametrize("is_new", [True, False])
def test_they_are_loaded_on_a_thread_and_what_is_new_is_left_out_of_full_collections(
    spiral: World, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, is_new: bool
) -> None:
    threads: list[threading.Thread] = []

    def loaded(context: JobContext) -> bool:
        threads.append(threading.current_thread())
        return is_new

    monkeypatch.setattr(preloading, "load", loaded)
    made_by_the_window: list[object] = []  # a tracked object that is not frozen yet
    preload(spiral.session, delay=0)
    qtbot.waitUntil(lambda: bool(threads), timeout=10_000)
    with qtbot.waitSignal(spiral.session.jobs.start("After it", lambda _: None, quiet=True, lane="libraries").finished, timeout=10_000):
        pass
    assert len(threads) == 1 and threads[0] is not threading.main_thread()
    assert any(thing is made_by_the_window for thing in gc.get_objects()) is not is_new


def test_a_window_that_closes_at_once_loads_nothing(spiral: World, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[object] = []
    monkeypatch.setattr(preloading, "load", begun.append)
    preload(spiral.session, delay=0)
    spiral.session.close()
    qtbot.wait(20)
    assert not begun


def test_loading_can_be_cancelled() -> None:
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(Cancelled):
        load_libraries(JobContext(cancelled=cancelled))


def test_after_it_a_curve_is_drawn_and_a_neuron_summed_while_another_thread_compiles() -> None:
    """Whoever compiles holds the lock on building for seconds."""
    for kind in operators:
        if kind.is_activation:
            kind.forward_adapter.address("float32")  # as the first start compiles it
            kind.forward_adapter._functions.clear()
    _sum_of_neuron()
    for name in ("input", "dense", "mse"):
        for adapter in operators[name].adapters:
            adapter._functions.clear()
    load_curves(JobContext())
    held, release = threading.Event(), threading.Event()

    def compiles() -> None:
        with sys.modules["nnlab.core.kernel.adapter"]._building:
            held.set()
            release.wait(20)

    thread = threading.Thread(target=compiles)
    thread.start()
    assert held.wait(20)
    with ThreadPoolExecutor(1) as pool:
        drawn = pool.submit(lambda: [curve_of(kind, np.linspace(-1.0, 1.0, 3)) for kind in operators if kind.is_activation])
        summed = pool.submit(_sum_of_neuron)
        try:
            assert summed.result(timeout=5) == pytest.approx(2 * 0.5 - 3 + 1)
            assert all(len(curve) == 3 for curve in drawn.result(timeout=5))
        finally:
            release.set()
            join(thread)


def _sum_of_neuron() -> float:
    return LayerKernels().neuron_sum(np.array([2.0, -3.0]), np.array([0.5, 1.0]), 1.0).z


def test_after_it_the_lessons_that_ship_are_read() -> None:
    shipped.cache_clear()
    load_lessons(JobContext())
    assert shipped.cache_info().currsize == 1
    assert len(shipped()) > 0 and shipped.cache_info().misses == 1


def test_after_it_no_data_set_loads_anything_large() -> None:
    """Whatever is chosen from then on, nothing of scikit-learn, SciPy or DuckDB is imported on the display's thread."""
    code = (
        "import sys\n"
        "from nnlab.jobs.context import JobContext\n"
        "from nnlab.ui.startup.preload import load_libraries\n"
        "from nnlab.core.dataset import datasets\n"
        "from nnlab.core.preparation import DataSettings, prepare\n"
        "load_libraries(JobContext())\n"
        "before = set(sys.modules)\n"
        "for data in datasets:\n"
        "    if not data.files:\n"
        "        prepare(DataSettings(data.name))\n"
        "print(*{name.split('.')[0] for name in set(sys.modules) - before} & {'sklearn', 'scipy', 'duckdb', 'pandas'})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.split() == []


def test_every_library_is_imported_by_name_somewhere() -> None:
    """What no import statement names is not in the built application, whose window then says that loading stopped."""
    named: set[str] = set()
    for path in Path(nnlab.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                named |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                named |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    assert [name for name in preloading.LIBRARIES if name not in named] == []


def test_what_is_seen_first_is_loaded_first_and_later_imports_are_polite(monkeypatch: pytest.MonkeyPatch) -> None:
    """A click that showed one more activation, three seconds after the window opened, waited half a second for a kernel."""
    order: list[object] = []
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(preloading, "load_curves", lambda context: order.append("curves"))
    monkeypatch.setattr(preloading, "load_lessons", lambda context: order.append("lessons"))
    monkeypatch.setattr(preloading, "load_libraries", lambda context, names: order.extend(names))
    preloading.load(JobContext())
    assert order[:3] == ["safetensors", "nnlab.ui.look.formula_rows", "curves"] and order[-1] == "lessons"
    assert set(preloading.LIBRARIES) <= set(order)
    preloading.load(JobContext())
    assert [type(finder).__name__ for finder in sys.meta_path].count("_Polite") == 1
