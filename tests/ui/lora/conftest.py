"""A document whose network has two adapters, with its session."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot
from worlds import World, spiral_project, world

from nnlab.graph import adapters


@pytest.fixture
def adapted(qtbot: QtBot) -> Iterator[World]:
    """task_a on the two hidden layers and the output, task_b, a DoRA, on the first layer alone; both take part."""
    project = spiral_project()
    graph = adapters.attach(project.graph, rank=1, name="task_a")
    first = adapters.adaptable(graph)[0]
    with world(replace(project, graph=adapters.attach(graph, [first], rank=2, name="task_b", dora=True)), qtbot) as made:
        yield made
