"""A learner's answers as a table: for whoever teaches, and wants to see where a class went wrong."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from nnlab.lessons.lesson import Lesson
from nnlab.lessons.play import LessonRecord, answer_rows

HEAD = ("lesson", "step", "question", "answers", "right", "state")


def answers_csv(plays: Sequence[tuple[Lesson, LessonRecord]]) -> str:
    """One line for every step that was begun; several answers to one question are separated by semicolons, in their order.

    A cell that a spreadsheet would take for a formula begins with an apostrophe: answers are typed by anybody.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEAD)
    for row in answer_rows(plays):
        writer.writerow([_harmless(cell) for cell in row])
    return text.getvalue()


def _harmless(cell: str) -> str:
    is_number = _is_number(cell)
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") and not is_number else cell


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
