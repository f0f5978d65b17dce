"""In the real window: a target, the network that follows it, its units one by one, handles, constructions and error against width."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from nnlab.core.polyline import Polyline
from nnlab.jobs import processes
from nnlab.studies.approximation.promises import PROMISES
from nnlab.ui.approximation import width_runs
from nnlab.ui.approximation.library_popup import LibraryPopup
from nnlab.ui.approximation.plane_grips import PlaneGrip
from nnlab.ui.approximation.sum_picture import Grip, SumPicture
from nnlab.ui.panels import width_sweep
from nnlab.ui.panels.approximation import ApproximationPanel
from nnlab.ui.panels.approximation_error import ApproximationErrorPanel
from nnlab.ui.panels.hidden_units import HiddenUnitsPanel
from nnlab.ui.panels.not_promised import NotPromisedPanel
from nnlab.ui.panels.width_sweep import WidthSweepPanel
from nnlab.ui.window.main_window import MainWindow

Opener = Callable[..., MainWindow]


def ripple(x: np.ndarray) -> np.ndarray:
    return np.sin(2 * x) + 0.3 * np.cos(5 * x)


@pytest.fixture
def window(fresh: Opener, qtbot: QtBot) -> MainWindow:
    """Twelve sigmoids and sin 2x + 0.3 cos 5x, before the first update."""
    found = fresh("ripple")
    found.resize(1280, 800)
    panel = centre(found)
    former = panel.plot.shown  # of the test before
    found.show_workspace("approximate")
    qtbot.waitUntil(lambda: panel.plot.shown is not former, timeout=20_000)
    return found


@pytest.fixture
def alone(opened: Opener, qtbot: QtBot) -> MainWindow:
    """The same in a window of its own, which has seen no sweep of this target before."""
    found = opened("ripple")
    found.resize(1280, 800)
    found.show_workspace("approximate")
    qtbot.waitUntil(lambda: centre(found).plot.shown is not None, timeout=20_000)
    return found


def centre(window: MainWindow) -> ApproximationPanel:
    panel = window.panels["approximation"]
    assert isinstance(panel, ApproximationPanel)
    return panel


def strip(window: MainWindow) -> HiddenUnitsPanel:
    panel = window.panels["hidden_units"]
    assert isinstance(panel, HiddenUnitsPanel)
    return panel


def errors(window: MainWindow) -> ApproximationErrorPanel:
    panel = window.panels["approximation_error"]
    assert isinstance(panel, ApproximationErrorPanel)
    return panel


def picture(window: MainWindow) -> SumPicture:
    shown = centre(window).plot.shown
    assert shown is not None
    return shown


def weights(window: MainWindow) -> dict[str, np.ndarray]:
    return window.session.parameters(["dense_1.weight", "dense_1.bias", "dense_2.weight", "dense_2.bias"])


def by_hand(window: MainWindow, x: np.ndarray) -> np.ndarray:
    """Contributions (12, points) in NumPy, from the weights of the training thread; the data of a formula are not standardised."""
    found = {name: values.astype(np.float64) for name, values in weights(window).items()}
    z = found["dense_1.weight"] * x + found["dense_1.bias"][:, None]
    return found["dense_2.weight"].T / (1 + np.exp(-z))


def test_numbers_are_those_of_the_network(window: MainWindow, qtbot: QtBot) -> None:
    x = np.linspace(-3, 3, 2001)
    residual = by_hand(window, x).sum(axis=0) + float(weights(window)["dense_2.bias"][0]) - ripple(x)
    qtbot.waitUntil(lambda: errors(window).table_of_errors.shown is not None, timeout=10_000)
    shown = errors(window).table_of_errors.shown
    assert shown is not None
    assert shown.sup == pytest.approx(np.abs(residual).max(), rel=1e-4)
    assert shown.rms == pytest.approx(np.sqrt(np.mean(residual**2)), rel=1e-4)
    below = centre(window).residual.shown
    assert below is not None
    inside = (below.x >= -3) & (below.x <= 3)
    expected = ripple(below.x) - by_hand(window, below.x).sum(axis=0) - float(weights(window)["dense_2.bias"][0])
    assert np.allclose(below.values[inside], expected[inside], atol=1e-5), "target minus fit"


def test_units_are_added_by_keyboard_until_their_sum_is_the_fit(window: MainWindow, qtbot: QtBot) -> None:
    tiles = strip(window).tiles
    tiles.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(tiles, Qt.Key.Key_Home)
    assert picture(window).added == 0
    assert np.allclose(picture(window).now, float(weights(window)["dense_2.bias"][0]), atol=1e-6), "the bias alone"
    for count in range(1, 13):
        QTest.keyClick(tiles, Qt.Key.Key_Right)
        assert picture(window).added == count
    shown = picture(window)
    assert np.allclose(shown.now, shown.fit, atol=1e-5)
    terms = by_hand(window, shown.x)
    last = int(strip(window).tiles.pictures.numbers[-1]) - 1  # type: ignore[union-attr]  # it shows tiles
    assert shown.before is not None
    assert np.allclose(shown.now - shown.before, terms[last], atol=1e-5)
    QTest.keyClick(tiles, Qt.Key.Key_Home)
    assert shown.earlier and len(shown.earlier) == 11


def test_the_order_largest_first(window: MainWindow) -> None:
    panel = strip(window)
    qt_button = panel.order.button("largest_first")
    QTest.mouseClick(qt_button, Qt.MouseButton.LeftButton)
    x = picture(window).x
    sizes = np.square(by_hand(window, x)).mean(axis=1)
    assert panel.tiles.pictures is not None
    assert list(panel.tiles.pictures.numbers - 1) == list(np.argsort(-sizes, kind="stable"))


def test_a_handle_is_dragged_and_undo_brings_back_every_bit(window: MainWindow, qtbot: QtBot) -> None:
    plot = centre(window).plot
    strip(window).tiles.chosen.emit(6)
    unit = centre(window)._assembly.unit
    assert unit is not None
    before = weights(window)
    start = plot.handles.places()[Grip.CENTRE].toPoint()
    target = QPoint(round(float(plot.x_pixels(-1.0))), start.y())
    viewport = plot.viewport()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(viewport, target)
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, target)
    after = weights(window)
    at = plot.x_at(target.x())
    assert -after["dense_1.bias"][unit] / after["dense_1.weight"][unit, 0] == pytest.approx(at, abs=1e-4)
    others = np.arange(12) != unit
    assert (after["dense_1.bias"][others] == before["dense_1.bias"][others]).all()
    assert (after["dense_1.weight"] == before["dense_1.weight"]).all()
    assert window.document.undo_stack.undoText() == f"Centre of unit {unit + 1}"
    window.document.undo()
    assert all((weights(window)[name] == before[name]).all() for name in before)


def test_a_formula_is_typed_and_undone(window: MainWindow, qtbot: QtBot) -> None:
    field = centre(window).row.formula
    field.setFocus(Qt.FocusReason.MouseFocusReason)
    field.selectAll()
    QTest.keyClicks(field, "abs(x) - 1")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert window.document.project.data.settings["formula"] == "abs(x) - 1"
    assert window.document.project.data.settings["start"] == -3.0, "the domain stays"
    qtbot.waitUntil(lambda: picture(window).target is not None and abs(float(np.min(picture(window).target)) + 1) < 0.01, timeout=10_000)
    window.document.undo()
    assert window.document.project.data.settings["formula"] == "sin(2x) + 0.3 cos(5x)"
    qtbot.waitUntil(lambda: field.text() == "sin(2x) + 0.3 cos(5x)", timeout=5_000)


@pytest.mark.parametrize(
    ("text", "words"),
    [("x.tofile('a')", "Column 2"), ("1 +", "ends after"), ("log(-1)", "no finite value"), ("9**9**9", "no finite value")],
)
def test_a_formula_that_is_none_is_said_under_the_field(window: MainWindow, text: str, words: str) -> None:
    row, before = centre(window).row, window.document.project
    row.formula.setFocus(Qt.FocusReason.MouseFocusReason)
    row.formula.selectAll()
    QTest.keyClicks(row.formula, text)
    QTest.keyClick(row.formula, Qt.Key.Key_Return)
    assert window.document.project == before
    assert row.sentence.isVisible() and words in row.sentence.text.text()


@pytest.mark.parametrize(("text", "interval"), [("-1 ... 2", (-1.0, 2.0)), ("0 to 6.28", (0.0, 6.28)), ("-2, 2", (-2.0, 2.0))])
def test_a_domain_is_typed(window: MainWindow, text: str, interval: tuple[float, float]) -> None:
    field = centre(window).row.domain
    field.setFocus(Qt.FocusReason.MouseFocusReason)
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)
    found = window.document.project.data.settings
    assert (found["start"], found["end"]) == interval


def test_a_domain_that_runs_backwards_is_refused(window: MainWindow) -> None:
    row, before = centre(window).row, window.document.project
    row.domain.setFocus(Qt.FocusReason.MouseFocusReason)
    row.domain.selectAll()
    QTest.keyClicks(row.domain, "3 ... -3")
    QTest.keyClick(row.domain, Qt.Key.Key_Return)
    assert window.document.project == before
    assert "larger than its start" in row.sentence.text.text()


def test_a_target_is_drawn_with_the_mouse(window: MainWindow, qtbot: QtBot) -> None:
    panel = centre(window)
    QTest.mouseClick(panel.row.draw, Qt.MouseButton.LeftButton)
    layer, plot = panel.drawing, panel.plot
    places = [QPointF(float(plot.x_pixels(x)), float(plot.y_pixels(1.0))).toPoint() for x in (-2.0, -1.0, 0.0, 1.0, 2.0)]
    QTest.mousePress(layer, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, places[0])
    for place in places[1:]:
        QTest.mouseMove(layer, place)
    QTest.mouseRelease(layer, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, places[-1])
    data = window.document.project.data
    assert data.name == "drawn"
    curve = Polyline.read(str(data.settings["points"]))
    level = plot.y_at(places[0].y())
    assert curve.values(np.array([0.5]))[0] == pytest.approx(level, abs=0.02)
    assert curve.values(np.array([2.8]))[0] == pytest.approx(float(ripple(np.array([2.8]))[0]), abs=0.05), "beside the stroke it stays"
    QTest.keyClick(layer, Qt.Key.Key_Escape)
    assert not panel.row.draw.isChecked() and layer.isHidden()
    window.document.undo()
    assert window.document.project.data.name == "function"


def test_a_target_of_the_library_is_taken_by_keyboard(window: MainWindow) -> None:
    panel = centre(window)
    QTest.mouseClick(panel.row.library, Qt.MouseButton.LeftButton)
    popup = panel.row.findChild(LibraryPopup)
    assert isinstance(popup, LibraryPopup)
    tile = next(tile for tile in popup.tiles if tile.text() == "Absolute value")
    tile.setFocus()
    QTest.keyClick(tile, Qt.Key.Key_Return)
    assert window.document.project.data.settings["formula"] == "abs(x)"


def test_constructed_relu_units_stay_within_the_bound(window: MainWindow, qtbot: QtBot) -> None:
    panel = strip(window)
    panel.activation.setCurrentIndex(panel.activation.findData("relu"))
    panel.activation.activated.emit(panel.activation.currentIndex())
    panel.units.committed.emit(64)
    qtbot.waitUntil(lambda: picture(window).units == 64, timeout=10_000)
    QTest.mouseClick(errors(window).construct, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.document.project.initial is not None, timeout=20_000)
    x = np.linspace(-3, 3, 2001)
    # f″ = −4 sin 2x − 7.5 cos 5x, of magnitude at most 11.5; h = 6/64
    bound = (6 / 64) ** 2 / 8 * np.abs(-4 * np.sin(2 * x) - 7.5 * np.cos(5 * x)).max()

    def is_within() -> bool:
        shown = errors(window).table_of_errors.shown
        return shown is not None and shown.sup <= bound

    qtbot.waitUntil(is_within, timeout=10_000)
    assert window.session.iteration == 0
    assert "constructed" in errors(window).words.text()
    window.document.undo()
    assert window.document.project.initial is None


def test_the_output_layer_is_solved_as_one_edit(window: MainWindow, qtbot: QtBot) -> None:
    before = weights(window)
    QTest.mouseClick(errors(window).solve, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.document.undo_stack.undoText() == "Solve the output layer", timeout=20_000)
    after = weights(window)
    assert (after["dense_1.weight"] == before["dense_1.weight"]).all()
    data = window.session.data
    assert data is not None

    def rms(found: dict[str, np.ndarray]) -> float:
        hidden = 1 / (1 + np.exp(-(data.x @ found["dense_1.weight"].T.astype(float) + found["dense_1.bias"])))
        return float(np.sqrt(np.mean((hidden @ found["dense_2.weight"][0] + found["dense_2.bias"] - data.y[:, 0]) ** 2)))

    assert rms(after) < 0.9 * rms(before)
    window.document.undo()
    assert all((weights(window)[name] == before[name]).all() for name in before)


@pytest.mark.parametrize("name", [case.name for case in PROMISES])
def test_what_is_not_promised_is_set_up_and_taken_back(window: MainWindow, qtbot: QtBot, name: str) -> None:
    panel = window.panels["not_promised"]
    assert isinstance(panel, NotPromisedPanel)
    before = window.document.project
    QTest.mouseClick(panel.buttons[name], Qt.MouseButton.LeftButton)
    assert panel.current == name and window.document.project != before
    qtbot.waitUntil(lambda: panel.words.text() != "", timeout=20_000)
    window.session.pause()
    QTest.mouseClick(panel.buttons[name], Qt.MouseButton.LeftButton)
    assert window.document.project == before and panel.current == ""


def small_sweep(window: MainWindow, monkeypatch: pytest.MonkeyPatch, folder: Path) -> WidthSweepPanel:
    """The panel, with a sweep that takes a second, written into a folder of the test's: on one process, for one takes as long to start as
    the sweep. That several find the same is held where sweeps are tested."""
    for name, value in (("WIDTHS", (1, 2, 4)), ("SEEDS", 2), ("UPDATES", 200)):
        monkeypatch.setattr(width_sweep, name, value)
    monkeypatch.setattr(width_runs, "home", lambda: folder)
    monkeypatch.setattr(processes, "default_workers", lambda: 1)
    panel = window.panels["width_sweep"]
    assert isinstance(panel, WidthSweepPanel)
    panel.question.chosen.emit("trained")  # plans what it is patched to
    return panel


def mark(panel: WidthSweepPanel, name: str, k: int) -> QPoint:
    """Where the mark of a line stands, in pixels of the plot."""
    plot = panel.plot
    line = next(line for line in plot.shown.lines if line.name == name)  # type: ignore[union-attr]  # it shows lines
    x, y = plot.x_pixels(np.log10(float(line.x[k]))), plot.y_pixels(np.log10(float(line.median[k])))
    return QPointF(float(x), float(y)).toPoint()


def _widths_of(panel: WidthSweepPanel) -> list[list[int]]:
    """At which widths each line of the plot has a point."""
    return [] if panel.plot.shown is None else [list(line.widths) for line in panel.plot.shown.lines]


def test_errors_against_width_come_in_and_a_point_is_loaded(
    alone: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window = alone
    panel = small_sweep(window, monkeypatch, tmp_path)
    QTest.mouseClick(panel.start_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not panel.is_running and len(panel.results) == 18, timeout=120_000)
    # The plot follows the last results in a turn of its own.
    qtbot.waitUntil(lambda: _widths_of(panel) == [[1, 2, 4]] * 3)
    shown = panel.plot.shown
    assert shown is not None
    assert {line.name for line in shown.lines} == {"sigmoid", "relu", "tanh"}
    assert all(list(line.widths) == [1, 2, 4] for line in shown.lines)
    qtbot.waitUntil(lambda: len(panel.plot.shown.built[0]) == 2, timeout=20_000)  # type: ignore[union-attr]  # two and four knots
    written = list((tmp_path / "widths").glob("*.csv"))
    assert len(written) == 1 and len(written[0].read_text().splitlines()) == 19, "a line of names and one for every run"
    QTest.mouseClick(panel.plot.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, mark(panel, "tanh", 2))
    qtbot.waitUntil(lambda: window.document.project.initial is not None, timeout=30_000)
    qtbot.waitUntil(lambda: picture(window).units == 4, timeout=10_000)
    median = next(line for line in shown.lines if line.name == "tanh").median[-1]
    tanh = [r for r in panel.results if r.trial.settings["activation"] == "tanh" and r.trial.settings["width"] == 4]
    found = sorted(float(r.values["sup"]) for r in tanh)  # type: ignore[arg-type]  # numbers, as none failed
    qtbot.waitUntil(lambda: errors(window).table_of_errors.shown is not None, timeout=10_000)
    qtbot.waitUntil(lambda: abs(errors(window).table_of_errors.shown.sup - found[0]) < 1e-3, timeout=10_000)  # type: ignore[union-attr]
    assert min(found) <= median <= max(found)
    window.document.undo()
    assert window.document.project.initial is None
    qtbot.waitUntil(lambda: picture(window).units == 12, timeout=10_000)


def test_a_surface_is_shown_and_turned(opened: Opener, qtbot: QtBot) -> None:
    window = opened("ripple")
    window.show_workspace("approximate")
    panel = centre(window)
    QTest.mouseClick(panel.row.dimensions.button("2"), Qt.MouseButton.LeftButton)
    assert window.document.project.data.name == "surface"
    qtbot.waitUntil(lambda: panel.surfaces.surface.shown is not None, timeout=20_000)
    surface = panel.surfaces.surface
    turned = surface.azimuth
    QTest.keyClick(surface, Qt.Key.Key_Left)
    assert surface.azimuth != turned
    fit = surface.shown.values.copy()  # type: ignore[union-attr]  # it is shown
    QTest.keyPress(surface, Qt.Key.Key_T)
    assert not np.array_equal(surface.shown.values, fit), "the target while T is held"  # type: ignore[union-attr]
    QTest.keyRelease(surface, Qt.Key.Key_T)
    assert np.array_equal(surface.shown.values, fit)  # type: ignore[union-attr]
    strip(window).tiles.chosen.emit(3)
    assert panel.surfaces.contours.shown is not None and panel.surfaces.contours.shown.ridge is not None


def test_a_width_that_no_layer_has_is_not_shown(fresh: Opener, qtbot: QtBot) -> None:
    window = fresh("plane")
    window.show_workspace("approximate")
    panel = strip(window)
    qtbot.waitUntil(lambda: panel.refusal.isVisible(), timeout=20_000)
    assert "no hidden layer" in panel.refusal.text()
    assert not panel.units.isVisible() and not panel.activation.isVisible()


def test_a_low_window_keeps_the_plot_high_and_nothing_touches(fresh: Opener, qtbot: QtBot) -> None:
    window = fresh("ripple")
    window.resize(1280, 800)
    window.show_workspace("approximate")
    qtbot.waitUntil(lambda: centre(window).plot.shown is not None, timeout=20_000)
    case, sweep = window.panels["not_promised"], window.panels["width_sweep"]
    assert isinstance(case, NotPromisedPanel) and isinstance(sweep, WidthSweepPanel)
    qtbot.waitUntil(lambda: case.buttons["jump"].isVisible() and not case.more.isVisible())
    window.resize(1024, 700)
    qtbot.waitUntil(lambda: case.more.isVisible() and not case.buttons["jump"].isVisible(), timeout=5_000)
    qtbot.waitUntil(lambda: sweep.plot.height() >= 150, timeout=5_000)
    row = centre(window).row
    fields = (row.formula, row.library, row.draw, row.table, row.domain, row.samples, row.noise, row.dimensions)
    places = [w.geometry() for w in fields]
    assert all(right.left() > left.right() for left, right in pairwise(places))
    assert places[1].left() - places[0].right() >= 4, "the formula stands apart from the library"
    assert row.rect().contains(places[-1])
    menu = case.more.menu()
    menu.popup(case.more.mapToGlobal(QPoint(0, case.more.height())))
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert case.current == PROMISES[0].name
    qtbot.waitUntil(lambda: case.words.text() != "" and case.words.isVisible(), timeout=20_000)
    window.session.pause()
    assert sweep.plot.height() >= 80
    window.document.undo()
    window.resize(1280, 800)
    qtbot.waitUntil(lambda: case.buttons["jump"].isVisible(), timeout=5_000)


def test_theory_stands_beside_the_runs_and_names_its_sources(
    alone: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window = alone
    panel = small_sweep(window, monkeypatch, tmp_path)
    QTest.mouseClick(panel.start_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not panel.is_running and len(panel.results) == 18, timeout=120_000)
    plot = panel.plot
    qtbot.waitUntil(lambda: plot.shown is not None and len(plot.shown.theory) == 2, timeout=10_000)
    ends = {slope.title: plot.slope_line(slope) for slope in plot.shown.theory}  # type: ignore[union-attr]  # it is shown
    assert set(ends) == {"Interpolation on knots", "Steps"}
    for title, exponent in (("Interpolation on knots", -2.0), ("Steps", -1.0)):
        start, end = ends[title]  # type: ignore[misc]  # there are lines to begin at
        across = plot.x_at(end.x()) - plot.x_at(start.x())
        assert (plot.y_at(end.y()) - plot.y_at(start.y())) / across == pytest.approx(exponent, rel=1e-6)
    start, end = ends["Steps"]  # type: ignore[misc]
    QTest.mouseMove(plot.viewport(), (start + (end - start) * 0.6).toPoint())
    assert "Debao" in plot.words_at(start + (end - start) * 0.6) and "bounded slope" in plot.words_at(start + (end - start) * 0.6)
    assert "Debao" not in plot.accessibleDescription() and "theory: Steps: the error falls as 1/N" in plot.accessibleDescription()
    line = next(line for line in plot.shown.lines if line.name == "tanh")  # type: ignore[union-attr]
    errors_by_seed = [
        [float(r.values["sup"]) for r in panel.results if (r.trial.settings["activation"], r.trial.settings["width"]) == ("tanh", w)]  # type: ignore[arg-type]
        for w in (1, 2, 4)
    ]
    epsilon = float(np.sort(np.ravel(errors_by_seed))[1])
    widths = [next(w for w, e in zip((1, 2, 4), seed, strict=True) if e <= epsilon) for seed in zip(*errors_by_seed, strict=True)
              if min(seed) <= epsilon]  # fmt: skip
    assert sorted(size for size in line.least_of_seeds(epsilon) if size is not None) == sorted(widths)


def test_depth_against_width_at_equal_parameters(
    alone: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window = alone
    panel = small_sweep(window, monkeypatch, tmp_path)
    QTest.mouseClick(panel.question.button("depth"), Qt.MouseButton.LeftButton)
    QTest.mouseClick(panel.start_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not panel.is_running and len(panel.results) > 0, timeout=120_000)
    qtbot.waitUntil(lambda: [line.title for line in panel.plot.shown.lines] == ["1 layer", "2 layers", "3 layers"])  # type: ignore[union-attr]
    # 3 N + 1 numbers of N units; the last of them is drawn a moment after the sweep has ended
    qtbot.waitUntil(lambda: list(panel.plot.shown.lines[0].x) == [3 * 1 + 1, 3 * 2 + 1, 3 * 4 + 1])  # type: ignore[union-attr]
    _, two, _ = panel.plot.shown.lines  # type: ignore[union-attr]  # they are shown
    assert all(4 <= size <= 13 for size in two.x), "no more than the widest of one layer"
    assert {r.trial.settings["activation"] for r in panel.results} == {"sigmoid"}, "as in the window's network"
    assert panel.plot.shown.letter == "P"  # type: ignore[union-attr]
    at = mark(panel, "2", len(two.x) - 1)
    QTest.mouseClick(panel.plot.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    qtbot.waitUntil(lambda: window.document.project.initial is not None, timeout=30_000)
    layers = [node for node in window.document.graph if node.operator == "dense"]
    assert len(layers) == 3, "two hidden ones and the output"
    window.document.undo()
    assert window.document.project.initial is None


def test_constructed_networks_keep_below_their_bounds_and_are_loaded(
    alone: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window = alone
    panel = small_sweep(window, monkeypatch, tmp_path)
    monkeypatch.setattr(width_sweep, "WIDTHS", (2, 8, 32))
    QTest.mouseClick(panel.question.button("constructed"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(panel.plot.shown.lines) == 3, timeout=30_000)  # type: ignore[union-attr]  # a picture is shown
    assert not panel.start_button.isVisible(), "there is nothing to train"
    shown = panel.plot.shown
    assert shown is not None
    knots = shown.lines[0]
    x = np.linspace(-3, 3, 20_001)
    curvature = np.abs(-4 * np.sin(2 * x) - 7.5 * np.cos(5 * x)).max()
    assert np.allclose(shown.bounds[0][1], (6 / np.array([2, 8, 32])) ** 2 / 8 * curvature, rtol=1e-3)
    assert (knots.median <= shown.bounds[0][1]).all()
    QTest.mouseClick(panel.plot.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, mark(panel, "interpolant", 2))
    qtbot.waitUntil(lambda: window.document.project.initial is not None, timeout=30_000)
    qtbot.waitUntil(lambda: picture(window).units == 32, timeout=10_000)
    qtbot.waitUntil(lambda: abs(errors(window).table_of_errors.shown.sup - knots.median[2]) < 1e-3, timeout=10_000)  # type: ignore[union-attr]
    window.document.undo()
    assert window.document.project.initial is None


def test_runs_are_there_again_with_the_same_target(
    alone: MainWindow, opened: Opener, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window = alone
    panel = small_sweep(window, monkeypatch, tmp_path)
    QTest.mouseClick(panel.start_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not panel.is_running and len(panel.results) == 18, timeout=120_000)
    values = {result.trial.identity: result.values for result in panel.results}
    field = centre(window).row.formula
    field.setFocus(Qt.FocusReason.MouseFocusReason)
    field.selectAll()
    QTest.keyClicks(field, "abs(x)")
    QTest.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(panel.results) == 0 and panel.start_button.text() == "Start", timeout=10_000)
    window.document.undo()
    qtbot.waitUntil(lambda: len(panel.results) == 18, timeout=10_000)
    assert {result.trial.identity: result.values for result in panel.results} == values
    other = opened("ripple")
    other.show_workspace("approximate")
    again = other.panels["width_sweep"]
    assert isinstance(again, WidthSweepPanel)
    qtbot.waitUntil(lambda: len(again.results) == 18 and not again.start_button.isEnabled(), timeout=20_000)
    assert {result.trial.identity: result.values for result in again.results} == values


@pytest.fixture
def plane(fresh: Opener, qtbot: QtBot) -> MainWindow:
    """The first surface of the library, twelve sigmoids."""
    window = fresh("ripple")
    window.resize(1280, 800)
    contours, cut = centre(window).surfaces.contours, errors(window).cut_plot
    former = contours.shown, cut.shown  # of the test before
    window.show_workspace("approximate")
    QTest.mouseClick(centre(window).row.dimensions.button("2"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: contours.shown is not former[0], timeout=20_000)
    qtbot.waitUntil(lambda: cut.isVisible() and cut.shown is not former[1], timeout=10_000)
    return window


def drag(widget: QWidget, start: QPointF, end: QPointF) -> None:
    QTest.mousePress(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start.toPoint())
    QTest.mouseMove(widget, ((start + end) / 2).toPoint())
    QTest.mouseMove(widget, end.toPoint())
    QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end.toPoint())


def test_a_cut_is_dragged_through_the_surface(plane: MainWindow, qtbot: QtBot) -> None:
    panel, plot = centre(plane), errors(plane).cut_plot
    contours = panel.surfaces.contours
    (x0, x1), (y0, y1) = contours.shown.domain  # type: ignore[union-attr]  # it is shown
    assert contours.shown.x[0] < x0 and contours.shown.x[1] > x1, "what lies outside is shown, too"  # type: ignore[union-attr]
    ends = (x0 + 0.2 * (x1 - x0), y0 + 0.25 * (y1 - y0)), (x0 + 0.7 * (x1 - x0), y0 + 0.9 * (y1 - y0))
    drag(contours, contours.place(*ends[0]), contours.place(*ends[1]))
    shown = plot.shown
    assert shown is not None and shown.target is not None
    pixel = (x1 - x0) / contours.square.width() * 2
    assert (shown.x[0], shown.y[0]) == pytest.approx(ends[0], abs=pixel) and (shown.x[-1], shown.y[-1]) == pytest.approx(ends[1], abs=pixel)
    raw = np.stack([shown.x, shown.y], axis=1)
    data = plane.session.data
    assert data is not None and data.truth is not None
    found = {name: values.astype(float) for name, values in weights(plane).items()}
    hidden = 1 / (1 + np.exp(-(raw @ found["dense_1.weight"].T + found["dense_1.bias"])))
    fit = (hidden @ found["dense_2.weight"].T + found["dense_2.bias"])[:, 0]
    qtbot.waitUntil(lambda: np.allclose(plot.shown.fit, fit, atol=1e-5), timeout=10_000)  # type: ignore[union-attr]  # it is shown
    assert np.allclose(plot.shown.target, data.truth(raw)[:, 0], atol=1e-9)  # type: ignore[union-attr, arg-type]
    assert panel.surfaces.surface.shown.cut is not None  # type: ignore[union-attr]  # it is shown
    before = shown.x[0], shown.y[0]
    contours.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(contours, Qt.Key.Key_Up)
    assert plot.shown.x[0] == pytest.approx(before[0]) and plot.shown.y[0] > before[1]  # type: ignore[union-attr]  # it is shown
    QTest.mouseClick(panel.row.dimensions.button("1"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not plot.isVisible(), timeout=10_000)


def test_a_ridge_is_dragged_turned_and_undone(plane: MainWindow) -> None:
    contours = centre(plane).surfaces.contours
    strip(plane).tiles.chosen.emit(3)
    unit = centre(plane)._assembly.unit
    assert unit is not None and contours.grips.ridge is not None
    before = weights(plane)
    start = contours.grips.places()[PlaneGrip.RIDGE]
    if not contours.square.contains(start):
        pytest.fail("the unit's edge is not in the picture; choose another unit")
    (x0, x1), (y0, y1) = contours.shown.domain  # type: ignore[union-attr]  # it is shown
    wanted = contours.place(x0 + 0.3 * (x1 - x0), y0 + 0.6 * (y1 - y0))
    drag(contours, start, wanted)
    moved = weights(plane)
    at = np.array(contours.point(QPointF(wanted.toPoint())))
    assert moved["dense_1.weight"][unit] @ at + moved["dense_1.bias"][unit] == pytest.approx(0, abs=1e-4), "the edge is where it was let go"
    assert (moved["dense_1.weight"] == before["dense_1.weight"]).all()
    others = np.arange(12) != unit
    assert (moved["dense_1.bias"][others] == before["dense_1.bias"][others]).all()
    assert plane.document.undo_stack.undoText() == f"Place of unit {unit + 1}"
    tip = contours.grips.places()[PlaneGrip.DIRECTION]
    middle = contours.grips.places()[PlaneGrip.RIDGE]
    arm = tip - middle
    drag(contours, tip, middle + QPointF(-arm.y(), arm.x()))
    turned = weights(plane)
    old, new = moved["dense_1.weight"][unit].astype(float), turned["dense_1.weight"][unit].astype(float)
    assert abs(old @ new) / np.linalg.norm(old) / np.linalg.norm(new) < 0.1, "a right angle"
    assert np.linalg.norm(new) == pytest.approx(np.linalg.norm(old), rel=0.1), "as steep as before"
    plane.document.undo()
    plane.document.undo()
    assert all((weights(plane)[name] == before[name]).all() for name in before)


def test_the_sweep_is_begun_from_the_menu_of_any_workspace(
    opened: Opener, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window = opened("ripple")
    qtbot.waitUntil(lambda: window.session.frame is not None, timeout=20_000)
    panel = small_sweep(window, monkeypatch, tmp_path)
    window.actions_by_id["approximate.sweep"].trigger()
    assert window.area.workspace is not None and window.area.workspace.name == "approximate"
    qtbot.waitUntil(lambda: not panel.is_running and len(panel.results) == 18, timeout=120_000)


def test_a_sweep_of_a_surface_is_refused_in_a_sentence(plane: MainWindow) -> None:
    plane.actions_by_id["approximate.sweep"].trigger()
    assert plane.message_bar.current is not None and "one input" in plane.message_bar.current.text
    panel = plane.panels["width_sweep"]
    assert isinstance(panel, WidthSweepPanel) and not panel.is_running
