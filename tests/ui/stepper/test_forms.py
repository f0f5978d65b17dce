"""Operations on images and tokens: what is shown beside the formula are the engine's numbers, and they make the result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot
from worlds import World, spiral_project, world

import nnlab
from nnlab.core.preparation import DataSettings, prepare
from nnlab.engine.program import BACKWARD, FORWARD
from nnlab.files.project import Project
from nnlab.templates.template import templates
from nnlab.ui.look.theme import Theme
from nnlab.ui.stepper.forms import _products, _window_words
from nnlab.ui.stepper.matrix_forms import Form, Matrix
from nnlab.ui.stepper.stepper_panel import StepperPanel


def images(*, stride: int = 1, pooling: str = "max_pool2d") -> Project:
    b = nnlab.GraphBuilder()
    image = b.reshape(b.input(features=64), shape="1, 8, 8")
    maps = b.conv2d(image, filters=3, padding=1)
    small = b.conv2d(getattr(b, pooling)(maps), filters=2, kernel_size=2, stride=stride)
    b.cross_entropy(b.dense(b.flatten(small), units=10))
    return replace(spiral_project(batch_size=4), graph=b.build(), data=DataSettings("digits"))


def attention() -> Project:
    graph = templates["attention"].build({"units": 4, "layer_norm": True}, prepare(DataSettings("digits")))
    return replace(spiral_project(batch_size=4), graph=graph, data=DataSettings("digits"))


class Stepped:
    """A stepper that goes to an operation of a node and shows its picture."""

    def __init__(self, found: World, panel: StepperPanel, qtbot: QtBot) -> None:
        self.world, self.panel, self.qtbot, self.model = found, panel, qtbot, panel.model

    def to(self, node_id: str, phase: int = FORWARD, target: str = "") -> Form:
        pc = next(i.pc for i in self.model.instructions if (i.node_id, i.phase) == (node_id, phase))
        if self.model.done != pc + 1:
            with self.qtbot.waitSignal(self.world.session.stepped, timeout=60_000):
                self.model.go_to(pc + 1)
            self.qtbot.waitUntil(lambda: self.model.done == pc + 1, timeout=60_000)  # where kernels are compiled first, others come before
        if target:
            self.model.choose_target(target)
        form = self.panel.picture.matrices.form
        assert form is not None and self.panel.picture.currentWidget() is self.panel.picture.matrices
        return form

    @property
    def words(self) -> list[str]:
        return [picker.text.split()[0] for picker in self.panel.header.pickers if picker.isVisibleTo(self.panel)]


@pytest.fixture
def opened(request: pytest.FixtureRequest, qtbot: QtBot, theme: Theme) -> Iterator[Stepped]:
    with world(request.param, qtbot) as found:
        found.train(5)
        panel = StepperPanel(theme, found.session, found.document, found.selection)
        qtbot.addWidget(panel)
        panel.resize(944, 368)
        panel.show()
        yield Stepped(found, panel, qtbot)


def named(form: Form, argument: str) -> list[Matrix]:
    return [m for m in form.matrices if m.argument == argument]


def term_sums(form: Form) -> np.ndarray:
    """The strip of sums, or the sum of the only term."""
    terms = named(form, "term")
    return terms[-1].values.ravel() if terms[-1].axes else np.array([terms[0].values.sum()])


@pytest.mark.parametrize("opened", [images(), images(stride=2)], indirect=True, ids=["stride 1", "stride 2"])
@pytest.mark.parametrize("node_id", ["conv2d_1", "conv2d_2"])
def test_what_the_window_shows_makes_the_output(opened: Stepped, node_id: str) -> None:
    form = opened.to(node_id)
    model, trace = opened.model, opened.model.trace
    assert trace is not None and model.moment is not None
    assert opened.words == ["channel", "row", "column", "sample"]
    x, weight, products = form.matrices[:3]
    np.testing.assert_allclose(x.values * weight.values, products.values)
    bias = float(np.asarray(trace.before["bias"])[model.index("y")[1]])
    assert term_sums(form).sum() + bias == pytest.approx(model.moment.result, rel=1e-5)
    output = named(form, "y")[0]
    assert output.values.shape == np.shape(trace.after["y"])[2:] and (output.row, output.column) == model.index("y")[2:]
    assert output.values[output.row, output.column] == model.moment.result


@pytest.mark.parametrize("opened", [images(), images(stride=2)], indirect=True, ids=["stride 1", "stride 2"])
@pytest.mark.parametrize(
    ("target", "words"),
    [("d_weight", ["filter", "channel", "row", "column"]), ("d_x", ["channel", "row", "column", "sample"]), ("d_bias", ["filter"])],
)
def test_what_the_window_shows_makes_the_gradient(opened: Stepped, target: str, words: list[str]) -> None:
    form = opened.to("conv2d_2", BACKWARD, target)
    assert opened.model.moment is not None
    assert term_sums(form).sum() == pytest.approx(opened.model.moment.added, rel=1e-4, abs=1e-9)
    assert opened.words == words
    if target != "d_bias":
        left, right, products = form.matrices[:3]
        np.testing.assert_allclose(left.values * right.values, products.values)


@pytest.mark.parametrize("opened", [images()], indirect=True)
def test_a_click_chooses_the_pixel_the_channel_of_the_sum_and_arrows_move_on(opened: Stepped, qtbot: QtBot) -> None:
    opened.to("conv2d_2")
    view, model = opened.panel.picture.matrices, opened.model

    def click(matrix: Matrix, row: int, column: int) -> None:
        placed = next(p for p in view.placed if p.matrix is matrix)
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=placed.cell(row, column).center().toPoint() + QPoint(0, 0))

    click(named(view.form, "y")[0], 1, 2)
    assert model.index("y")[2:] == (1, 2)
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert model.index("y")[2:] == (1, 1)
    strip = named(view.form, "term")[1]
    before = view.form.matrices[0].values
    other = (strip.column + 1) % 3
    click(strip, 0, other)
    assert named(view.form, "term")[1].column == other
    assert not np.array_equal(view.form.matrices[0].values, before)
    assert model.index("y")[2:] == (1, 1)


@pytest.mark.parametrize("opened", [images(), images(pooling="average_pool2d")], indirect=True, ids=["largest", "mean"])
def test_a_pooling_window_marks_what_goes_on(opened: Stepped) -> None:
    node = "max_pool2d_1" if any(i.node_id == "max_pool2d_1" for i in opened.model.instructions) else "average_pool2d_1"
    form = opened.to(node)
    seen, image = named(form, "x")
    assert opened.model.moment is not None
    assert seen.values.shape == (2, 2) and image.window is not None
    top, left, rows, columns = image.window
    np.testing.assert_array_equal(image.values[top : top + rows, left : left + columns], seen.values)
    if node == "max_pool2d_1":
        assert image.values[image.mark] == seen.values[seen.row, seen.column] == opened.model.moment.result == seen.values.max()
    else:
        assert seen.values.mean() == pytest.approx(opened.model.moment.result, rel=1e-5)


@pytest.mark.parametrize("opened", [images(), images(pooling="average_pool2d")], indirect=True, ids=["largest", "mean"])
def test_a_poolings_gradient_goes_back_through_the_window(opened: Stepped) -> None:
    """A window of 2 × 2 that does not overlap: row 5, column 2 lie in the window of row 2 and column 1."""
    is_largest = any(i.node_id == "max_pool2d_1" for i in opened.model.instructions)
    opened.to("max_pool2d_1" if is_largest else "average_pool2d_1", BACKWARD)
    for axis, place in ((2, 5), (3, 2)):
        opened.model.choose_place(opened.model.layout("d_x").axes[axis], place)
    form = opened.panel.picture.matrices.form
    assert form is not None and opened.model.moment is not None
    cells, upstream, image = form.matrices
    assert image.window == (4, 2, 2, 2) and upstream.window == (2, 1, 1, 1) and upstream.mark == (2, 1)
    np.testing.assert_array_equal(cells.values, image.values[4:6, 2:4])
    assert (cells.row, cells.column) == (1, 0) and cells.values[1, 0] == opened.model.moment.result
    sent = upstream.values[2, 1]
    if is_largest:
        assert cells.mark is not None and cells.values[cells.mark] == sent and np.count_nonzero(cells.values) == (sent != 0.0)
        assert image.mark == (cells.mark[0] + 4, cells.mark[1] + 2)
    else:
        assert cells.mark is None and cells.values == pytest.approx(np.full((2, 2), sent / 4))


@pytest.mark.parametrize("opened", [attention()], indirect=True)
@pytest.mark.parametrize(
    ("node_id", "phase", "target", "words"),
    [
        ("query", FORWARD, "y", ["token", "feature", "sample"]), ("scores", FORWARD, "y", ["query", "key", "sample"]),
        ("mixed", FORWARD, "y", ["token", "feature", "sample"]), ("mixed", BACKWARD, "d_a", ["query", "key", "sample"]),
        ("mixed", BACKWARD, "d_b", ["token", "feature", "sample"]), ("query", BACKWARD, "d_x", ["token", "feature", "sample"]),
    ],
)  # fmt: skip
def test_rows_and_columns_of_tokens_meet_in_the_element(
    opened: Stepped, node_id: str, phase: int, target: str, words: list[str]
) -> None:
    form = opened.to(node_id, phase, target)
    result, left, right, *bias = form.matrices
    assert opened.words == words and opened.model.moment is not None
    row, column = result.row, result.column
    assert left.row == row and right.column == column and result.values[row, column] == pytest.approx(opened.model.moment.result)
    total = left.values[row] @ right.values[:, column] + sum(m.values[0, column] for m in bias)
    assert total == pytest.approx(opened.model.moment.added, rel=1e-4, abs=1e-7)


@pytest.mark.parametrize("opened", [attention()], indirect=True)
def test_softmax_shows_its_matrices_with_the_row_that_adds_up_to_one(opened: Stepped) -> None:
    form = opened.to("attention")
    scores, weights = form.matrices
    assert opened.words == ["query", "key", "sample"]
    assert scores.values.shape == weights.values.shape == (8, 8)
    assert (scores.row, scores.column) == (weights.row, None)
    exponentials = np.exp(scores.values[scores.row])
    np.testing.assert_allclose(weights.values[weights.row], exponentials / exponentials.sum(), rtol=1e-5)


def test_an_embedding_shows_its_table_with_the_row_looked_up(qtbot: QtBot, theme: Theme) -> None:
    b = nnlab.GraphBuilder()
    vectors = b.embedding(b.input(features=64), vocabulary=17, features=3)
    b.cross_entropy(b.dense(b.flatten(vectors), units=10))
    project = replace(spiral_project(batch_size=4), graph=b.build(), data=DataSettings("digits", standardize=False))
    with world(project, qtbot) as found:
        panel = StepperPanel(theme, found.session, found.document)
        qtbot.addWidget(panel)
        panel.resize(944, 368)
        panel.show()
        stepped = Stepped(found, panel, qtbot)
        form = stepped.to("embedding_1")
        tokens, table, result = form.matrices
        assert stepped.words == ["token", "feature", "sample"]
        assert tokens.values.shape == (64, 1), "the numbers of one sample"
        entry = int(tokens.values[tokens.row, 0])
        assert table.row_names[table.row] == str(entry)
        np.testing.assert_array_equal(table.values[table.row], result.values[result.row])
        assert table.index(table.row, 0) == (entry, 0)
        form = stepped.to("embedding_1", BACKWARD)
        gathered, gradient = form.matrices
        assert stepped.words == ["entry", "feature"]
        assert stepped.model.moment is not None
        entry = stepped.model.index("d_weight")[0]
        assert gradient.row_names[gradient.row] == str(entry)
        if len(gathered.values) < 12:
            assert gathered.values[:, gathered.column].sum() == pytest.approx(stepped.model.moment.added, rel=1e-4, abs=1e-9)
        assert all(np.asarray(stepped.model.trace.before["x"])[gathered.index(r, 0)[:-1]] == entry for r in range(len(gathered.values)))


@pytest.mark.parametrize("opened", [images()], indirect=True)
def test_every_operation_on_images_is_drawn_within_the_panel(opened: Stepped, theme: Theme) -> None:
    view = opened.panel.picture.matrices
    for instruction in opened.model.instructions:
        if opened.model.done != instruction.pc + 1:
            with opened.qtbot.waitSignal(opened.world.session.stepped, timeout=60_000):
                opened.model.go_to(instruction.pc + 1)
        for target in opened.model.targets:
            opened.model.choose_target(target)
            assert not opened.panel.grab().isNull()
            if opened.panel.picture.currentWidget() is view:
                form = view.form
                assert form is not None and len(form.signs) == len(form.matrices), "a sign before each"
                assert not form.lines or sum(form.lines) == len(form.matrices)
                for placed in view.placed:
                    assert placed.rect.left() >= -1 and placed.rect.right() <= view.width() + 1, (instruction, target)
                    assert placed.rect.bottom() <= view.height() + 1, (instruction, target)


@pytest.mark.parametrize("opened", [images()], indirect=True)
def test_a_blank_pixel_is_not_what_is_shown_first(opened: Stepped) -> None:
    opened.to("conv2d_1")
    trace, index = opened.model.trace, opened.model.index("y")
    assert trace is not None
    written = np.abs(np.asarray(trace.after["y"]))
    assert written[index] == written[index[0]].max()
    opened.to("conv2d_2", BACKWARD, "d_weight")
    trace = opened.model.trace
    assert trace is not None
    f, c, i, j = opened.model.index("d_weight")
    added = np.abs(np.asarray(trace.after["d_weight"]) - np.asarray(trace.before["d_weight"]))
    assert added[f, c, i, j] == added[f, c].max()  # of the filter and the channel that are followed


def test_a_window_that_sees_nothing_but_padding_adds_up_to_nothing() -> None:
    terms: Any = None
    empty = _products(np.zeros((0, 3)), terms)
    assert empty.values.tolist() == [[0.0]] and empty.note == "products, sum 0"
    two = _products(np.array([[1.5, -0.25], [2.0, 0.0]]), terms)
    assert two.values.tolist() == [[1.5, -0.25], [2.0, 0.0]] and two.note == "products, sum 3.250"


@pytest.mark.parametrize("opened", [images()], indirect=True)
def test_the_window_is_outlined_where_it_lies_on_the_image(opened: Stepped) -> None:
    """A window of 2 × 2 without padding: the pixel at row 2 and column 1 sees rows 2 to 3 and columns 1 to 2 of the pooled image."""
    opened.to("conv2d_2")
    for axis, place in ((2, 2), (3, 1)):
        opened.model.choose_place(opened.model.layout("y").axes[axis], place)
    form = opened.panel.picture.matrices.form
    assert form is not None
    (image,) = [m for m in form.matrices if m.window is not None]
    assert image.window == (2, 1, 2, 2) and image.values.shape == (4, 4)
    np.testing.assert_array_equal(image.values[2:4, 1:3], form.matrices[0].values)
    assert image.row_names == () == image.column_names, "pixels have no names"


@pytest.mark.parametrize("opened", [attention()], indirect=True)
def test_tokens_and_features_are_numbered(opened: Stepped) -> None:
    (scores,) = named(opened.to("scores"), "y")
    assert scores.row_names == scores.column_names == tuple("12345678")


@pytest.mark.parametrize(
    ("combined", "right", "words"),
    [
        ("sum", object(), "What the window sees of channel 3, times its weights; the products of all 5 add up."),
        ("sum", None, "The upstream gradients of channel 3; those of all 5 add up."),
        ("max", None, "The cells under the window, and the pixel they give."),
        ("mean", None, "The cells under the window, and the pixel they give."),
    ],
)
def test_what_a_window_shows_is_said(combined: str, right: object, words: str) -> None:
    terms: Any = SimpleNamespace(combined=combined, right=right, word="channel", count=5)
    assert _window_words(terms, 2) == words


@pytest.mark.parametrize("opened", [attention()], indirect=True)
def test_the_factors_of_a_matrix_product_are_named_by_the_nodes_they_come_from(opened: Stepped) -> None:
    form = opened.to("scores")
    sources = [edge.source for edge in opened.world.document.graph.inputs("scores")]
    assert [named(form, argument)[0].note for argument in ("a", "b")] == sources
