import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from nnlab.ui.look.theme import Theme
from nnlab.ui.widgets.histogram import Histogram, bar_edges, nice_step

NUMBERS = st.lists(st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-6), min_size=1, max_size=50)


@given(NUMBERS)
def test_zero_is_a_border_and_everything_is_inside(numbers: list[float]) -> None:
    values = np.array(numbers)
    edges = bar_edges(values)
    assert 0.0 in edges
    slack = 1e-9 * max(1.0, np.abs(values).max())
    assert edges[0] <= values.min() + slack
    assert edges[-1] >= values.max() - slack
    assert 2 <= len(edges) <= 28
    assert np.histogram(values, edges)[0].sum() >= len(values) - (values < edges[0]).sum() - (values > edges[-1]).sum()


@pytest.mark.parametrize(
    ("span", "pieces", "step"), [(10, 10, 1), (11, 10, 2), (2.4, 24, 0.1), (0, 5, 1), (np.inf, 5, 1), (21, 10, 2.5), (45, 10, 5)]
)
def test_steps_are_round(span: float, pieces: int, step: float) -> None:
    assert nice_step(span, pieces) == pytest.approx(step)


@pytest.fixture
def histogram(theme: Theme, qtbot: QtBot) -> Histogram:
    widget = Histogram(theme, "Weights")
    qtbot.addWidget(widget)
    widget.resize(232, widget.height())
    return widget


def test_bars_have_the_color_of_their_sign(histogram: Histogram, theme: Theme) -> None:
    histogram.set_values(np.array([-2.0, -1.9, 1.9, 2.0]))
    image = histogram.grab().toImage()
    colors = [[image.pixelColor(x, y).name() for y in range(histogram.height() - 18)] for x in range(232)]
    assert any(theme.tokens.hex("neg") in column for column in colors[:40])
    assert any(theme.tokens.hex("pos") in column for column in colors[-40:])
    assert not any(theme.tokens.hex("pos") in column for column in colors[:116])
    assert not any(theme.tokens.hex("neg") in column for column in colors[116:])


def test_ticks_are_round_few_and_written_with_a_minus(histogram: Histogram) -> None:
    histogram.set_values(np.array([-3.1, 3.3]))
    assert [text for _, text in histogram.ticks()] == ["−2", "0", "2"]
    histogram.set_values(np.array([0.0, 0.06]))
    assert [text for _, text in histogram.ticks()] == ["0", "0.02", "0.04", "0.06"]
    histogram.set_values(np.array([-1e-7, 1e-7]))
    assert [text for _, text in histogram.ticks()] == ["−1e−7", "−5e−8", "0", "5e−8", "1e−7"]


def test_counts_from_elsewhere_and_the_accessible_name(histogram: Histogram) -> None:
    histogram.set_counts(np.array([3, 1000, 5]), np.array([-1.0, 0.0, 1.0, 2.0]))
    assert histogram.accessibleName() == "Weights: 3 below zero, 1,005 from zero on"


def test_nothing_and_not_a_number_draw_nothing(histogram: Histogram) -> None:
    for values in ([], [np.nan, np.inf], [0.0], [5.0]):
        histogram.set_values(np.array(values))
        assert not histogram.grab().isNull()
    histogram.set_values(np.array([np.nan]))
    assert histogram.ticks() == []


def test_every_number_of_a_large_matrix_is_counted(histogram: Histogram) -> None:
    """A quarter of the columns are positive: a stride of columns would see one sign alone."""
    columns = np.where(np.arange(64) % 4 == 0, 3.0, -3.0).astype(np.float32)
    histogram.set_values(np.tile(columns, (256, 1)))
    assert histogram.accessibleName() == "Weights: 12,288 below zero, 4,096 from zero on"
    assert histogram.toolTip() == ""


def test_more_numbers_than_are_counted_are_a_random_sample_and_said_to_be(histogram: Histogram, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nnlab.ui.widgets.histogram.MOST", 4096)
    monkeypatch.setattr("nnlab.ui.widgets.histogram.SAMPLE", 4096)
    columns = np.where(np.arange(64) % 4 == 0, 3.0, -3.0).astype(np.float32)
    histogram.set_values(np.tile(columns, (256, 1)))
    name = histogram.accessibleName()
    assert name.startswith("Weights, a random sample of 4,096 of 16,384: ")
    below = int(name.split(": ")[1].split()[0].replace(",", ""))
    assert below == pytest.approx(0.75 * 4096, abs=5 * np.sqrt(4096 * 0.75 * 0.25))
    assert histogram.toolTip() == "A random sample of 4,096 of 16,384 numbers."
    histogram.set_values(np.tile(columns, (256, 1)))
    assert histogram.accessibleName() == name, "the same numbers are sampled every time, so that bars hold still"
    histogram.set_values(columns)
    assert histogram.accessibleName() == "Weights: 48 below zero, 16 from zero on"
    assert histogram.toolTip() == ""


@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_no_finite_number_falls_outside_the_bars(histogram: Histogram, kind: str) -> None:
    values = np.random.default_rng(0).normal(size=1000).astype(kind)
    values[:3] = 0.1, np.nan, np.inf
    histogram.set_values(values)
    assert histogram._counts.sum() == 998
    assert histogram.accessibleName().startswith(f"Weights: {(values < 0).sum()} below zero")
