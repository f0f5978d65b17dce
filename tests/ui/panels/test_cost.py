"""The cost of a step: measured while the panel is looked at, told to the canvas, and forgotten with the network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pytestqt.qtbot import QtBot


def test_it_measures_while_it_is_looked_at(qtbot: QtBot, studio: Callable) -> None:
    s = studio()
    panel = s.panel("cost")
    told: list[dict] = []
    panel.costs_changed.connect(told.append)
    s.train(5)
    qtbot.waitUntil(lambda: panel.cost is not None)
    cost = panel.cost
    assert told[-1] == {node.node: (node.total, node.share) for node in cost.nodes}
    assert panel.rows.rowCount() == len(cost.nodes) and panel.rows.item(1, 0).text() == cost.nodes[1].node
    assert panel.words.text().startswith("A step of 16 samples takes ") and "samples a second" in panel.words.text()
    assert panel.table().names[:3] == ("node", "seconds", "share") and s.session.iteration == 5  # a copy was measured
    panel.hide()
    assert told[-1] == {}
    project = s.document.project
    s.document.edit("Larger batch", replace(project, training=replace(project.training, batch_size=32)))
    assert panel.cost is cost  # nobody looks
    panel.show()
    qtbot.waitUntil(lambda: panel.cost is not None and panel.cost.rows == 32)
    panel.again.click()
    assert panel.cost is None
    qtbot.waitUntil(lambda: panel.cost is not None)
