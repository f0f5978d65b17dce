"""Edits of what the project is compared with: each is one undoable step that says what it adds or takes away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nnlab.training.difference import Difference
from nnlab.ui.document.document import Document


def set_comparison(document: Document, comparison: Sequence[Difference], begins_anew: bool = False) -> None:
    """Compares the project with these; with `begins_anew` all runs start together at iteration 0, and undo brings the run back."""
    before, after = document.project.comparison, tuple(comparison)
    document.edit(label(before, after), replace(document.project, comparison=after), begins_anew=begins_anew)


def label(before: Sequence[Difference], after: Sequence[Difference]) -> str:
    """What the step is called: Add run: loss = mse."""
    added, removed = [d for d in after if d not in before], [d for d in before if d not in after]
    if not after:
        return "End the comparison"
    if len(added) == 1 and not removed:
        return f"Add run: {worded(added[0])}"
    if len(removed) == 1 and not added:
        return f"Remove run: {worded(removed[0])}"
    return f"Compare {after[0].key}: {', '.join(difference.text for difference in after)}"


def worded(difference: Difference) -> str:
    """loss = mse."""
    return f"{difference.key} = {difference.text}"
