from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise


def test_the_ridges_follow_the_layer_and_a_rewind_begins_anew(studio: Callable) -> None:
    s = studio()
    panel = s.panel("distributions", 700, 260)
    for _ in range(3):
        s.train(5)
    assert [panel.layer.itemText(k) for k in range(panel.layer.count())] == ["dense_1", "dense_2"]
    rows = panel.plot.shown
    assert [row.iteration for row in rows][-3:] == [5, 10, 15] and rows[-1].weights.counts.sum() == 8
    assert {"weights", "activations", "gradients", "saturated", "update"} <= {column.field for column in panel.plot.columns}
    assert panel.plot.y_of(rows[0].iteration) < panel.plot.y_of(rows[-1].iteration)
    s.services.selection.set(nodes=["dense_2"])
    assert panel.layer.currentText() == "dense_2" and panel.plot.shown[-1].weights.counts.sum() == 4
    assert "update / w" in panel.plot.accessibleDescription()
    names = panel.table().names
    assert names == ("iteration", "saturated", "dead", "update", "signal")
    assert not panel.plot.grab().isNull()


def test_the_same_ridges_stay_while_a_run_grows(studio: Callable) -> None:
    """A ridge that is drawn again is only moved; so which iterations have one must not change with every new row."""
    s = studio()
    panel = s.panel("distributions", 700, 260)
    s.train(5)
    plot, one = panel.plot, panel.past.layers["dense_1"][-1]
    rows = [replace(one, iteration=100 * k) for k in range(80)]
    drawn = []
    for count in range(45, 80):
        plot.show_rows(rows[:count])
        plot.grab()
        drawn.append({row.iteration for row in plot._chosen()} - {rows[count - 1].iteration})
        assert len(plot._chosen()) <= 12 and plot._chosen()[-1] is rows[count - 1]
    changes = sum(len(earlier - later) for earlier, later in pairwise(drawn))
    assert changes <= 10  # halved once at most
