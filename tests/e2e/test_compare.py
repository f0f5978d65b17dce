"""In the real window: two to four runs side by side, what is the same proven, why losses differ, the advisor, losses by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from nnlab.core.preparation import prepare
from nnlab.engine.batch_order import upcoming_batch
from nnlab.engine.fingerprint import weights_sha256
from nnlab.graph.graph import Graph
from nnlab.studies.comparison import compare
from nnlab.training.complete_run import prepare_run
from nnlab.training.difference import Difference
from nnlab.training.metrics import metrics
from nnlab.training.project import Project
from nnlab.training.settings import TrainingSettings
from nnlab.training.varied import varied
from nnlab.ui.look import numbers
from nnlab.ui.panels.advisor import AdvisorPanel
from nnlab.ui.panels.by_hand import ByHandPanel
from nnlab.ui.panels.comparison import ComparisonPanel
from nnlab.ui.panels.plotting.export import picture_at
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.window.main_window import MainWindow

Opener = Callable[..., MainWindow]


@pytest.fixture
def views() -> list[LiveView]:
    return []


@pytest.fixture
def window(fresh: Opener, qtbot: QtBot, views: list[LiveView]) -> Iterator[MainWindow]:
    """Above a curve, in Compare, the project's own cross-entropy beside MSE."""
    found = fresh("points_above_curve")
    found.show_workspace("compare")
    found.session.ticked.connect(views.append)
    found.comparison.happening.scores.along.button("iteration").click()
    choose(found, qtbot, "loss", "mse")
    yield found
    found.session.ticked.disconnect(views.append)


def choose(window: MainWindow, qtbot: QtBot, key: str, value: str) -> None:
    """As by the menu under the field."""
    menu = window.comparison.statement.menu()
    action = next(a for m in menu.findChildren(type(menu)) for a in m.actions() if a.objectName() == f"difference.{key}.{value}")
    action.trigger()
    qtbot.waitUntil(lambda: any(c.name == value for c in window.session.companions.values()), timeout=10_000)


def train(window: MainWindow, qtbot: QtBot, views: list[LiveView], steps: int) -> LiveView:
    window.session.run_iterations(steps)
    names = {c.name for c in window.session.companions.values()}
    qtbot.waitUntil(
        lambda: bool(views) and views[-1].frame.iteration == steps and views[-1].is_exact and not views[-1].playing
        and {o.name for o in views[-1].others} == names and all("predictions" in o.probes for o in views[-1].others),
        timeout=30_000,
    )  # fmt: skip
    return views[-1]


def said(window: MainWindow) -> str:
    message = window.message_bar.current
    return message.text if message is not None else ""


def alone(project: Project, steps: int) -> tuple[bytes, float]:
    """Weights, and accuracy on the training samples, of a project trained by itself."""
    data = prepare(project.data)
    run = prepare_run(project.graph, data, project.training)
    run.train(steps)
    run.evaluator.load(run.state.arena)
    link = project.graph.losses[0].kind.link
    accuracy = metrics(run.evaluator.predict(data.x), data.y, data.target, link)["accuracy"]
    return run.state.arena[: run.program.parameters_end].tobytes(), accuracy


def test_two_runs_stand_at_the_same_iteration_in_the_bits_they_have_alone(window: MainWindow, qtbot: QtBot, views: list[LiveView]) -> None:
    view = train(window, qtbot, views, 120)
    panel, project = window.comparison, window.document.project
    assert panel.compared == ("loss", ("binary_cross_entropy", "mse"))
    for place, variant in enumerate((project, varied(project, Difference("loss", "mse")))):
        run = view.of_run(view.run if place == 0 else view.others[0].run)
        weights, accuracy = alone(variant, 120)
        assert run.frame.iteration == 120 and run.frame.parameters.tobytes() == weights
        assert panel.happening.pictures.pictures[place].score.text() == numbers.fixed(100 * accuracy, 1)
        assert panel.happening.pictures.pictures[place].isVisible()
    assert [panel.happening.pictures.pictures[k].name.text() for k in (0, 1)] == ["Binary cross-entropy", "MSE"]
    assert not panel.happening.pictures.pictures[2].isVisible()
    for line, run in zip(panel.happening.scores.plot.lines, (view, view.of_run(view.others[0].run)), strict=True):
        assert np.array_equal(line.values, run.curves.training_scores) and len(line.values) == 12


def test_what_is_the_same_is_proven_by_hashes(window: MainWindow, qtbot: QtBot) -> None:
    statement, project = window.comparison.statement, window.document.project
    qtbot.waitUntil(lambda: "start weights" in statement.same.text(), timeout=10_000)
    assert statement.same.text() == "same network 2-8-1, 800 samples, seed 0, adam 0.02, batches of 80, start weights, batches"
    run = prepare_run(project.graph, prepare(project.data), project.training)
    assert statement.same.toolTip().count(weights_sha256(run.state)[:16]) == 2
    choose(window, qtbot, "units", "16")
    qtbot.waitUntil(lambda: statement.same.text() == "start weights differ; the rest is the same", timeout=10_000)
    assert statement.same.color == "warn"


def test_why_reads_both_losses_where_the_crosshair_stands(window: MainWindow, qtbot: QtBot, views: list[LiveView]) -> None:
    """At p = 0.05: −log p = 3.00 and (1 − p)² = 0.9025; at the logit 1 − p = 0.95 and 2p(1 − p)² = 0.09025."""
    train(window, qtbot, views, 50)
    losses, gradients = window.comparison.why.losses, window.comparison.why.gradients
    assert losses.at == 0.05
    assert [float(text) for _, text in losses.readings()] == pytest.approx([3.0, 0.9025], abs=0.02)
    assert [float(text) for _, text in gradients.readings()] == pytest.approx([0.95, 0.09025], abs=2e-3)
    QTest.mouseMove(losses.viewport(), QPoint(round(float(losses.x_pixels(0.5))), round(losses.picture.center().y())))
    assert losses.at == gradients.at == pytest.approx(0.5, abs=0.01)
    gradients.setFocus()
    QTest.keyClick(gradients, Qt.Key.Key_Right)
    assert losses.at == pytest.approx(0.51, abs=0.01)
    for run in losses.runs:
        assert len(run.found.x) == 800


def test_three_and_four_runs_and_one_that_leaves(window: MainWindow, qtbot: QtBot, views: list[LiveView]) -> None:
    panel = window.comparison
    for count in (3, 4):
        window.actions_by_id["compare.add_run"].trigger()
        qtbot.waitUntil(lambda count=count: len(panel.compared[1]) == count, timeout=10_000)  # type: ignore[misc]
    assert not panel.statement.add.isEnabled()
    train(window, qtbot, views, 30)
    assert [picture.isVisible() for picture in panel.happening.pictures.pictures] == [True] * 4
    panel.statement.ended.emit()
    assert panel.compared == ("", ()) and not window.session.companions


def test_typed_differences_and_what_cannot_be_compared(window: MainWindow, qtbot: QtBot) -> None:
    panel = window.comparison
    panel._choose("", ["dense_1.units=8,3"])
    qtbot.waitUntil(lambda: panel.compared == ("dense_1.units", ("8", "3")), timeout=10_000)
    for text, words in (("speed=1,2", "There is no 'speed'"), ("loss=mse,foo", "loss=foo is not known"), ("loss", "is not understood")):
        panel._choose("", [text])
        assert words in said(window)
        assert panel.compared == ("dense_1.units", ("8", "3")), "the other runs go on"


def test_a_run_becomes_the_project_by_one_undoable_edit(window: MainWindow, qtbot: QtBot) -> None:
    before = window.document.project
    window.comparison.go_on_with(1)
    assert window.document.graph.losses[0].operator == "mse" and not window.session.companions
    window.document.undo()
    assert window.document.project == before


def test_a_run_that_meets_infinity_stops_alone_and_says_so(fresh: Opener, qtbot: QtBot, views: list[LiveView]) -> None:
    window = fresh("sine")
    window.show_workspace("compare")
    window.document.edit("SGD", replace(window.document.project, training=TrainingSettings("sgd", {}, 0.01, 16)))
    window.session.ticked.connect(views.append)
    window.comparison._choose("", ["learning_rate=0.01,1000"])
    window.session.run_iterations(60)
    qtbot.waitUntil(lambda: bool(views) and bool(views[-1].others) and bool(views[-1].others[0].stopped), timeout=20_000)
    qtbot.waitUntil(lambda: window.session.iteration == 60, timeout=20_000)
    assert "The run with 1000 has stopped" in said(window)
    qtbot.waitUntil(lambda: window.comparison.happening.pictures.pictures[1].gradient.text().startswith("stopped at"), timeout=5_000)


def test_the_threshold_moves_by_keyboard_and_asks_for_the_first_iteration(window: MainWindow, qtbot: QtBot, views: list[LiveView]) -> None:
    view = train(window, qtbot, views, 200)
    plot = window.comparison.happening.scores.plot
    plot.setFocus()
    for _ in range(5):
        QTest.keyClick(plot, Qt.Key.Key_Down)
    assert plot.threshold == pytest.approx(0.85)
    scores, at = view.curves.training_scores, view.curves.validation_iterations
    assert plot.lines[0].first_at(0.85) == int(at[np.flatnonzero(scores >= 0.85)[0]])


def test_five_seeds_judge_the_comparison_in_the_background(window: MainWindow, qtbot: QtBot, views: list[LiveView]) -> None:
    train(window, qtbot, views, 40)
    window.actions_by_id["compare.seeds"].trigger()
    seeds = window.comparison.happening.seeds
    assert seeds.isVisible() and seeds.is_running
    qtbot.waitUntil(lambda: not seeds.is_running, timeout=60_000)
    text = seeds.verdict.text()
    assert "over 5 seeds" in text and ("No clear winner" in text or " wins by accuracy" in text)
    rows, project = seeds.bands.rows, window.document.project
    assert [row.name for row in rows] == ["Binary cross-entropy", "MSE"] and all(len(row.values) == 5 for row in rows)
    both = [Difference("loss", "binary_cross_entropy"), Difference("loss", "mse")]
    expected = compare(project, prepare(project.data), both, 40, 5)
    for row, band in zip(rows, expected.bands, strict=True):
        assert (row.known[0], row.median, row.known[-1]) == (band.lowest, band.median, band.highest)
        assert row.wins == (expected.winner == band.setting)
    QTest.mouseClick(seeds.close_button, Qt.MouseButton.LeftButton)
    assert not seeds.isVisible()


def test_several_seeds_can_be_ended(window: MainWindow, qtbot: QtBot, views: list[LiveView]) -> None:
    train(window, qtbot, views, 40)
    project, session = window.document.project, window.session
    seeds = window.comparison.happening.seeds
    assert session.data is not None
    seeds.start(project, session.data, "loss", ["binary_cross_entropy", "mse"], 2_000_000)
    qtbot.waitUntil(lambda: seeds.words.text().startswith("Seed 1 of 5, iteration "), timeout=10_000)
    seeds.close_button.click()
    assert not seeds.is_running and not seeds.isVisible()
    qtbot.waitUntil(lambda: not window.session.jobs.shown, timeout=20_000)
    assert not seeds.isVisible()


def advisor(window: MainWindow) -> AdvisorPanel:
    panel = window.panels["advisor"]
    assert isinstance(panel, AdvisorPanel)
    return panel


def test_the_advisor_warns_of_what_is_built_and_mends_it_in_one_step(window: MainWindow, qtbot: QtBot) -> None:
    panel = advisor(window)
    qtbot.waitUntil(lambda: panel.target.advice is not None, timeout=10_000)
    assert panel.card.headline.text() == "Two classes: use binary cross-entropy"
    assert not panel.card.apply_button.isVisible(), "there is nothing to change"
    window.comparison.go_on_with(1)  # MSE
    assert any("MSE on two classes" in row.words.text() for row in panel.card.warnings)
    before = window.document.graph
    QTest.mouseClick(panel.card.apply_button, Qt.MouseButton.LeftButton)
    assert window.document.graph.losses[0].operator == "binary_cross_entropy"
    window.document.undo()
    assert window.document.graph == before


def test_by_hand_opens_on_the_numbers_of_the_book_and_follows_the_mouse_and_the_keys(window: MainWindow, qtbot: QtBot) -> None:
    """Targets 3, 5, 2 and predictions 4, 2, 3: errors 1, −3, 1; MSE (1 + 9 + 1) / 3 = 11/3."""
    panel = window.panels["by_hand"]
    assert isinstance(panel, ByHandPanel) and panel.isVisible()
    squares = panel.squares
    assert squares.errors == [1.0, -3.0, 1.0]
    assert panel.mse_words.text() == "MSE  (1 + 9 + 1) / 3 = 11/3" and panel.mse.text() == "3.667"
    assert squares.results[0].tolist() == [1.0, 9.0, 1.0]
    start = squares.handle(1)
    QTest.mousePress(squares, Qt.MouseButton.LeftButton, pos=start.toPoint())
    unit = squares.scale
    QTest.mouseMove(squares, (start.toPoint() - QPoint(0, round(unit))))
    QTest.mouseRelease(squares, Qt.MouseButton.LeftButton)
    assert squares.values[1] == 3.0 and panel.mse.text() == numbers.number(2.0)  # (1 + 4 + 1) / 3
    squares.setFocus()
    QTest.keyClick(squares, Qt.Key.Key_Up)
    assert squares.values[1] == 3.5
    QTest.mouseClick(panel.reset_button, Qt.MouseButton.LeftButton)
    assert squares.errors == [1.0, -3.0, 1.0]
    lengths = panel.lengths
    assert panel.entropy.text() == numbers.number(float(-np.log(np.array([0.95, 0.41, 0.037])).mean()))
    lengths.setFocus()
    QTest.keyClick(lengths, Qt.Key.Key_Right)
    assert lengths.values[0] == pytest.approx(0.855)


def test_compare_is_a_workspace_like_the_others(fresh: Opener, qtbot: QtBot) -> None:
    window = fresh("spiral")
    window.show_workspace("compare")
    assert isinstance(window.centre.current, ComparisonPanel) and not window.canvas.isVisible()
    assert window.comparison.statement.field.text() == "Choose what differs"
    window.show_workspace("train")
    assert window.canvas.isVisible() and not window.comparison.isVisible()


def test_scores_against_iterations_epochs_and_seconds(window: MainWindow, qtbot: QtBot, views: list[LiveView]) -> None:
    """800 samples in batches of 80 are ten iterations an epoch; in batches of 40 twenty."""
    choose(window, qtbot, "batch_size", "8")
    view = train(window, qtbot, views, 200)
    scores, own = window.comparison.happening.scores, window.comparison.happening.own.plots
    assert scores.plot.x_range == (0.0, 200.0)
    QTest.mouseClick(scores.along.button("epoch"), Qt.MouseButton.LeftButton)
    assert [line.positions[-1] for line in scores.plot.lines] == pytest.approx([20.0, 2.0])
    assert scores.plot.x_range == (0.0, 20.0) == own[0].x_range
    window.crosshair.set(100)
    assert scores.plot.written_position(100) == "10.0"
    QTest.mouseClick(scores.along.button("second"), Qt.MouseButton.LeftButton)
    seconds = [view.progress.marks[-1].seconds, view.others[0].progress.marks[-1].seconds]
    assert [own[k].lines[0].positions[-1] for k in (0, 1)] == pytest.approx(seconds) and min(seconds) > 0
    assert scores.plot.axis_title == "seconds"


def test_a_sample_one_points_at_is_ringed_in_every_picture_and_plot(window: MainWindow, qtbot: QtBot, views: list[LiveView]) -> None:
    view = train(window, qtbot, views, 50)
    panel, losses = window.comparison, window.comparison.why.losses
    found = losses.runs[0].found
    sample = int(np.argmin(found.x))  # far from the others
    place = QPoint(round(float(losses.x_pixels(found.x[sample]))), round(float(losses.heights(found.losses)[sample])))
    QTest.mouseMove(losses.viewport(), place)
    assert panel.focus.sample == sample
    for picture in panel.happening.pictures.pictures[:2]:
        rings = picture.view.rings if picture.view is not None else None
        assert rings is not None and rings.one.count == 1
        assert np.array_equal(picture.batch, upcoming_batch(800, 80, 0, view.frame.epoch, view.frame.position, True))
    rings = panel.happening.pictures.pictures[1].view.rings  # type: ignore[union-attr]
    assert rings is not None
    x, y = view.data.raw_x[7]
    plot = panel.happening.pictures.pictures[1].view.plot  # type: ignore[union-attr]
    assert rings.nearest(QPointF(float(plot.x_pixels(x)), float(plot.y_pixels(y)))) == 7


def test_the_place_of_a_second_run_offers_what_may_differ(fresh: Opener, qtbot: QtBot) -> None:
    window = fresh("circle")
    window.show_workspace("compare")
    invitation = window.comparison.invitation
    qtbot.waitUntil(invitation.isVisible, timeout=10_000)
    assert invitation.offers[0] == ("loss", "binary_cross_entropy", "mse")
    assert invitation.buttons[0].text() == "loss: MSE"
    QTest.mouseClick(invitation.buttons[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.comparison.compared == ("loss", ("binary_cross_entropy", "mse")), timeout=10_000)
    assert not invitation.isVisible()


def test_three_classes_stand_in_the_triangle_of_probabilities(fresh: Opener, qtbot: QtBot, views: list[LiveView]) -> None:
    window = fresh("iris")
    window.show_workspace("compare")
    window.session.ticked.connect(views.append)
    choose(window, qtbot, "loss", "mse")
    train(window, qtbot, views, 40)
    why = window.comparison.why
    first, second = why.simplexes.plots[:2]
    qtbot.waitUntil(lambda: first.isVisible() and second.isVisible() and second.found is not None, timeout=20_000)
    assert not why.losses.isVisible() and not why.simplexes.plots[2].isVisible()
    qtbot.waitUntil(lambda: first.found is views[-1].probes["simplex"], timeout=20_000)  # drawn at the panel's own pace
    assert len(first.found.shares) == 120
    assert first.levels == (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 5.0) and max(second.levels) == 0.5
    corner = first.places(np.eye(3))[2]
    QTest.mouseClick(first, Qt.MouseButton.LeftButton, pos=QPoint(round(corner[0]), round(corner[1])))
    assert why.simplexes.true == 2
    first.setFocus()
    QTest.keyClick(first, Qt.Key.Key_1)
    assert why.simplexes.true == 0

    def points_at_a_sample() -> bool:
        """The pointer comes from elsewhere: Qt tells nobody of a pointer that is where it was."""
        QTest.mouseMove(second, QPoint(1, 1))
        QTest.mouseMove(second, QPoint(*np.rint(second.places(second.found.shares[5:6])[0]).astype(int).tolist()))
        return window.comparison.focus.sample is not None

    qtbot.waitUntil(points_at_a_sample, timeout=5_000)
    QTest.mouseClick(why.picture.button("p"), Qt.MouseButton.LeftButton)
    assert why.losses.isVisible() and why.gradients.isVisible() and not why.simplexes.isVisible()


def test_every_plot_can_be_taken_away_as_numbers(window: MainWindow, qtbot: QtBot, views: list[LiveView]) -> None:
    view = train(window, qtbot, views, 60)
    happening, why = window.comparison.happening, window.comparison.why
    scores, losses = happening.scores.plot.table(), why.losses.table()
    assert scores is not None and scores.names == ("run", "iteration", "value")
    assert list(scores.columns[1][:6]) == [10, 20, 30, 40, 50, 60] and scores.columns[0][0] == "Binary cross-entropy"
    assert losses is not None and losses.names == ("run", "sample", "p of the true class", "loss") and len(losses.columns[1]) == 1600
    assert np.array_equal(losses.columns[3][:800], view.probes["output_losses"].losses)
    happening.scores.along.button("epoch").click()
    table = happening.scores.plot.table()
    assert table is not None and table.names == ("run", "iteration", "epochs", "value")
    for start in (happening.scores.plot.viewport(), why.gradients.viewport(), happening.own.plots[0].viewport()):
        assert picture_at(start, window.comparison) is start.parentWidget()
    assert picture_at(why.title, window.comparison) is None
    picture = happening.pictures.pictures[1]
    texts = [action.text() for action in picture.context_menu().actions()]
    assert texts[0] == "Go on with this run as the project" and "Save picture as PNG…" in texts and "Save data as CSV…" in texts


def test_without_a_network_it_says_what_will_stand_here(fresh: Opener, qtbot: QtBot) -> None:
    window = fresh("circle")
    window.show_workspace("compare")
    qtbot.waitUntil(lambda: not window.comparison.is_empty, timeout=10_000)
    window.document.edit("Empty", replace(window.document.project, graph=Graph()))
    qtbot.waitUntil(lambda: window.comparison.is_empty, timeout=10_000)
    assert window.comparison.statement.isVisible()
    window.document.undo()
    qtbot.waitUntil(lambda: not window.comparison.is_empty, timeout=10_000)


def test_where_there_is_little_height_the_legend_gives_way_to_the_pictures(
    window: MainWindow, qtbot: QtBot, views: list[LiveView]
) -> None:  # fmt: skip
    train(window, qtbot, views, 5)
    pictures = window.comparison.happening.pictures
    assert not pictures.legend.isHidden() and pictures.pictures[0].height() < pictures.height()
    pictures.resize(pictures.width(), pictures.height() - 60)
    assert pictures.legend.isHidden() and pictures.pictures[0].height() == pictures.height(), "the whole height is theirs"
