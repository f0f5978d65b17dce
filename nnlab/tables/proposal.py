"""The plan that the cells of a table suggest, with the reason for every column left out and every question a person has to answer.

A proposal is shown before anything is trained and may be changed in every point. Where the cells allow two readings it does not choose:
it asks, and until that is answered the column is used in neither.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import msgspec

from nnlab.core.errors import DataError
from nnlab.tables.cell_table import CellTable, OnShare, no_progress
from nnlab.tables.columns import OTHERS_MISSING, ColumnReading, read_columns
from nnlab.tables.plan import ColumnPlan, Encoding, FormPart, MissingRule, TablePlan

MOST_ONE_HOT = 50  # categories of a feature
MOST_CLASSES_OF_NUMBERS = 20  # whole numbers with more different values than this are taken for measurements
MOST_DROPPED = 0.02  # the share of rows up to which those with a missing number are left out
OFTEN_MISSING = 0.05  # from which another input says where a number is missing
TOO_OFTEN_MISSING = 0.6
FEWEST_FOR_NAMES = 20  # rows from which a text that is different everywhere is taken for a name
_IDENTIFIER = re.compile(r"^(unnamed.*|column 1|row|index|nr|no|rownames?|(.*[ _.])?(id|uuid|key|number))$", re.IGNORECASE)
_TARGETS = ("target", "label", "outcome", "response", "class", "species", "diagnosis", "survived", "churn")  # the likeliest first
_TIMES = frozenset({"year", "month", "day", "hour", "week", "weekday", "date", "time", "timestamp"})


@dataclass(frozen=True)
class ColumnQuestion:
    """What has to be decided about a column: `answers` are keys of NOTATIONS."""

    column: str
    text: str
    answers: tuple[str, ...]


class ColumnUndecided(DataError):
    """A question about a column was left open; where somebody can be asked, the import page asks it."""


@dataclass(frozen=True)
class Proposal:
    """`plan` as proposed, what was read of each column, why columns are left out or need attention (by name), what is to be asked."""

    plan: TablePlan
    readings: tuple[ColumnReading, ...]
    remarks: dict[str, str]
    questions: tuple[ColumnQuestion, ...]
    name: str = ""  # of the file

    def open_questions(self, plan: TablePlan) -> tuple[ColumnQuestion, ...]:
        """Those that `plan` still leaves open: of columns in use that have none of the answers for a notation."""
        used = {column.name: column for column in plan.columns if column.use != "left_out"}
        return tuple(q for q in self.questions if q.column in used and not _is_answered(used[q.column], q))


def answered(proposal: Proposal, answers: Mapping[str, str]) -> TablePlan:
    """The proposed plan with an answer, a key of NOTATIONS, for some columns. Raises DataError for what is no answer there."""
    plan = proposal.plan
    questions = {question.column: question for question in proposal.questions}
    for name, answer in answers.items():
        column = plan.column(name)
        question = questions.get(name)
        if question is None or answer not in question.answers:
            known = "nothing is asked about it" if question is None else f"choose {' or '.join(question.answers)}"
            raise DataError(f"Column {name!r} cannot be read as {answer!r}: {known}.")
        plan = plan.with_column(with_answer(column, answer))
    return plan


def asked_for(proposal: Proposal, answers: Mapping[str, str], way: str) -> TablePlan:
    """The plan with the answers that were given.

    Raises DataError as `answered`, ColumnUndecided for a question left open; `way` is where to answer.
    """
    plan = answered(proposal, answers)
    for question in proposal.open_questions(plan):
        choices = " or ".join(shlex.quote(f"{question.column}={answer}") for answer in question.answers)
        asked = f"{question.text[:1].lower()}{question.text[1:]}"
        raise ColumnUndecided(f"{proposal.name}: {asked} Answer on the import page, or with {way} {choices}.")
    return plan


def with_answer(column: ColumnPlan, answer: str) -> ColumnPlan:
    """A column read in the notation that was chosen."""
    if answer == "text":
        return msgspec.structs.replace(column, kind="category", notation="", missing="category", encoding="one_hot")
    return msgspec.structs.replace(column, notation=answer)


def _is_answered(column: ColumnPlan, question: ColumnQuestion) -> bool:
    return column.notation in question.answers or (column.kind == "category" and "text" in question.answers)


def propose(table: CellTable, target: str = "", progress: OnShare = no_progress) -> Proposal:
    """The plan for a table whose target is named or, without a name, a column called like one, else the last that can be one.

    Raises DataError for a name that is none of its columns.
    """
    readings = read_columns(table, progress)
    if target:
        chosen = table.index(target)
    else:
        named = [k for word in _TARGETS for k, reading in enumerate(readings) if reading.name.lower() == word]
        usable = [k for k, reading in enumerate(readings) if not _why_not(reading) and reading.kind != "date"]
        if not usable:
            why = "each is constant, empty, a date or different in every row"
            raise DataError(f"{table.name} has no column that could be predicted: {why}.")
        others = [k for k in usable if readings[k].name.lower() not in _TIMES]  # when a row was written is seldom what is asked
        chosen = next((k for k in named if k in usable), (others or usable)[-1])
    columns, remarks = [], {}
    for k, reading in enumerate(readings):
        column, remark = as_target(reading) if k == chosen else as_feature(reading)
        columns.append(column)
        if remark:
            remarks[reading.name] = remark
    part = None if table.form is None else msgspec.convert(asdict(table.form), FormPart)
    questions = tuple(ColumnQuestion(r.name, r.question, r.answers) for r in readings if r.question)
    return Proposal(TablePlan(tuple(columns), part, ""), readings, remarks, questions, table.name)


def as_target(reading: ColumnReading) -> tuple[ColumnPlan, str]:
    """The column as what is predicted: text and few whole numbers as classes, other numbers as they are."""
    if is_class(reading):
        return ColumnPlan(reading.name, "target", "category"), ""
    notation = "" if reading.question else reading.notation
    return ColumnPlan(reading.name, "target", "number", notation, reading.is_percent), ""


def is_class(reading: ColumnReading) -> bool:
    """Whether a target column holds classes rather than measurements."""
    if reading.kind != "number":
        return True
    few = reading.distinct <= MOST_CLASSES_OF_NUMBERS and (reading.distinct <= 2 or reading.present >= 3 * reading.distinct)
    return reading.is_whole and few and not reading.question


def as_feature(reading: ColumnReading) -> tuple[ColumnPlan, str]:
    """The column as an input, or left out with the reason."""
    why_not = _why_not(reading)
    share = reading.missing / max(reading.rows, 1)
    few_missing = share <= MOST_DROPPED
    notation = "" if reading.question else reading.notation
    if reading.kind == "number":
        column = ColumnPlan(
            reading.name, "feature", "number", notation, reading.is_percent,
            "drop" if few_missing and reading.notation not in OTHERS_MISSING else "median", indicator=share > OFTEN_MISSING,
        )  # fmt: skip
    elif reading.kind == "yes_no":
        rule: MissingRule = "drop" if few_missing else "most_frequent"
        column = ColumnPlan(reading.name, "feature", "yes_no", missing=rule, indicator=share > OFTEN_MISSING)
    elif reading.kind == "date":
        column = ColumnPlan(reading.name, "feature", "date", notation, parts=("month", "weekday", "elapsed"))
    else:
        encoding: Encoding = "one_hot" if reading.distinct <= MOST_ONE_HOT else "embedded"
        column = ColumnPlan(reading.name, "feature", "category", missing="category" if reading.missing else "drop", encoding=encoding)
    if why_not:
        return msgspec.structs.replace(column, use="left_out"), why_not
    return column, _remark(reading, column)


def _why_not(reading: ColumnReading) -> str:
    """Why a column says nothing about a row, or ""."""
    if reading.present == 0:
        return "Every cell is empty."
    if reading.distinct == 1 and not reading.missing:
        return "The same in every row."
    if reading.missing > TOO_OFTEN_MISSING * reading.rows:
        return f"Missing in {reading.missing:,} of {reading.rows:,} rows."
    if reading.is_sequence and reading.rows >= 3 and _IDENTIFIER.match(reading.name):  # a year may go up by one in each row, too
        return "Only counts the rows."
    is_unlike = reading.distinct >= 0.98 * reading.present and reading.rows > FEWEST_FOR_NAMES
    if is_unlike and reading.kind == "number" and reading.is_whole and _IDENTIFIER.match(reading.name):
        return "An identifier: different in every row."
    if is_unlike and reading.kind == "text":
        return "Different in every row: it names the row."
    if reading.kind == "text" and reading.distinct > MOST_ONE_HOT:
        return f"{reading.distinct:,} different texts, too many for one input each; they can be embedded."
    return ""


def _remark(reading: ColumnReading, column: ColumnPlan) -> str:
    """What a person should know of a column that is used, or ""."""
    if reading.codes:
        return "Digits that are read as text: they have leading zeros or more digits than a number keeps."
    if not reading.missing:
        return ""
    share = f"Missing in {reading.missing:,} of {reading.rows:,} rows"
    return {
        "drop": f"{share}, which are left out.",
        "median": f"{share}, where the median stands for it.",
        "mean": f"{share}, where the mean stands for it.",
        "most_frequent": f"{share}, where the most frequent value stands for it.",
        "category": f"{share}, a category of its own.",
    }[column.missing]
