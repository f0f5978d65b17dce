"""Rows of costs: what is marked, what is read out, which columns there are at which width, and what lies under the mouse."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from nnlab.studies.lora.measures import Cost
from nnlab.ui.look.theme import Theme
from nnlab.ui.lora.cost_rows import CostRows, CostTable, kilobytes

COSTS = (Cost(1, 138, 1_104, 1_300), Cost(4, 552, 4_416, 3_000), Cost(64, 0, 0, 0, "too large"), Cost(21, 2436, 19_488, 10_600),
         Cost(None, 2410, 19_280, 9_900))  # fmt: skip
TABLE = CostTable(COSTS, 4, 21)


@pytest.fixture
def rows(theme: Theme, qtbot: QtBot) -> CostRows:
    found = CostRows(theme)
    qtbot.addWidget(found)
    found.resize(392, 180)
    found.show_costs(TABLE)
    return found


def test_it_is_read_out(rows: CostRows) -> None:
    ranks = "rank 1: 138 learn; rank 4: 552 learn; rank 64: too large; rank 21: 2,436 learn"
    assert rows.accessibleDescription() == f"{ranks}; full: 2,410 learn"
    rows.show_costs(None)
    assert rows.accessibleDescription() == "" and rows.cost_at(40) is None


def test_a_height_is_a_row(rows: CostRows) -> None:
    heights = [k * rows._row + 2 for k in range(7)]
    assert [rows.cost_at(y) for y in heights] == [None, *COSTS, None]


@pytest.mark.parametrize("mode", ["dark", "light"])
@pytest.mark.parametrize("width", [200, 260, 392, 900])
def test_present_and_dear_ranks_are_marked_at_every_width(rows: CostRows, theme: Theme, mode: str, width: int) -> None:
    theme.set_mode(mode)
    try:
        rows.resize(width, 180)
        image = rows.grab().toImage()
        left = range(rows.rect().left(), int(rows._columns()[0]) + 12)
        colours = [{image.pixel(x, round((k + 0.5) * rows._row)) for x in left} for k in range(1, 6)]
        accent, warn, sel = (token.rgb() for token in (theme.tokens.accent, theme.tokens.warn, theme.tokens.sel))
        assert [accent in found for found in colours] == [False, True, False, False, False]
        assert [sel in found for found in colours] == [False, True, False, False, False]
        assert [warn in found for found in colours] == [False, False, True, True, False]
        columns = rows._columns()
        assert columns == sorted(columns) and columns[-1] <= width
    finally:
        theme.set_mode("dark")


def test_kilobytes_have_a_decimal_as_far_as_it_matters() -> None:
    assert [kilobytes(n) for n in (0, 1_104, 99_949, 137_800)] == ["0.0", "1.1", "99.9", "138"]
