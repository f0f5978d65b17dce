"""What is known of a run's past at a glance."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from projects import small_project

from nnlab.training.branch import FIRST
from nnlab.training.reach import Reach
from nnlab.training.timeline import Timeline

DOCUMENTS = Path(__file__).parents[2] / "docs"


def test_the_budget_is_what_is_written_of_it() -> None:
    found = re.search(r"budget is (\d+) MB for a run", (DOCUMENTS / "decisions" / "replay.md").read_text(encoding="utf-8"))
    assert found is not None
    assert Reach().budget == int(found[1]) * 2**20
    assert Timeline()._budget == Reach().budget


def test_before_anything_was_trained_there_is_nowhere_to_go_back_to() -> None:
    nothing = Reach()
    assert (nothing.iteration, nothing.latest, nothing.earliest, nothing.spacing, nothing.nbytes) == (0, 0, 0, 1, 0)
    assert (nothing.branch, nothing.origin, nothing.branches, nothing.cuts, nothing.cut_at) == (FIRST, 0, (), 0, 0)
    assert nothing.project_at(0) is None
    assert Reach(latest=70).earliest == 70, "of an unknown past only where it is now"


def test_what_was_trained_at_an_iteration() -> None:
    first, second = small_project(), replace(small_project(), training=replace(small_project().training, learning_rate=0.5))
    reach = Reach(90, 100, ((20, first), (50, second)))
    assert reach.earliest == 20
    assert [reach.project_at(at) for at in (20, 49, 50, 100)] == [first, first, second, second]
    assert reach.project_at(19) is None
