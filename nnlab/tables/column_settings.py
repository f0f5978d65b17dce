"""What a person may choose about one column of a table, as declared settings, and the plan that a choice makes.

Which choices there are follows from what was read of the column: only a column with dates has parts of a date, and only one with missing
cells asks what stands for them.
"""

from __future__ import annotations

import msgspec

from nnlab.core.setting import Setting, Value
from nnlab.tables.columns import NOTATIONS, OTHERS_MISSING, ColumnReading
from nnlab.tables.plan import MISSING_RULES, ColumnKind, ColumnPlan, DatePart
from nnlab.tables.proposal import as_feature, with_answer

USES = {
    "feature": "Input", "target": "Target: is predicted", "left_out": "Left out", "group": "Group: kept together",
    "time": "Time: latest kept back",
}  # fmt: skip
KIND_TITLES = {"number": "Numbers", "yes_no": "Yes or no", "date": "Dates", "category": "Categories"}
TARGET_KINDS = {"number": "Numbers (regression)", "category": "Classes"}
MISSING_TITLES = {
    "drop": "Leave the row out", "median": "The median", "mean": "The mean", "most_frequent": "The most frequent value",
    "category": "A category of its own",
}  # fmt: skip
ENCODING_TITLES = {"one_hot": "One input for each", "ordered": "Their place in an order", "embedded": "Embedded: a learned vector each"}
PARTS: dict[str, DatePart] = {"part_year": "year", "part_month": "month", "part_weekday": "weekday", "part_elapsed": "elapsed"}
_PART_LABELS = {"part_year": "Year", "part_month": "Month", "part_weekday": "Day of week", "part_elapsed": "Elapsed days"}
NOT_ANSWERED = "not_answered"


def kinds_of(reading: ColumnReading) -> tuple[ColumnKind, ...]:
    """What a column may be taken for: what it was read as, and always categories."""
    if reading.kind == "text":
        return ("category",)
    return (reading.kind, "category")  # type: ignore[return-value]  # a reading's other kinds are a plan's


def settings_of(reading: ColumnReading, column: ColumnPlan) -> tuple[Setting, ...]:
    """The settings of a column as it is used now, in the order of a form."""
    is_target = column.use == "target"
    uses = tuple(use for use in USES if use != "time" or reading.kind in ("number", "date"))
    found = [_choice("use", "Use", column.use, {use: USES[use] for use in uses}, "What the column is for.")]
    if column.use == "left_out":
        return tuple(found)
    kinds = kinds_of(reading)
    if len(kinds) > 1:
        words = {**KIND_TITLES, **TARGET_KINDS} if is_target else KIND_TITLES
        titles: dict[str, str] = {kind: words[kind] for kind in kinds}
        found.append(_choice("kind", "Read as", column.kind, titles, "What its cells are taken for."))
    if reading.question and (column.kind in ("number", "date") or "text" in reading.answers):
        answers = {answer: NOTATIONS[answer] for answer in reading.answers}
        is_text = column.kind == "category" and "text" in answers
        chosen = column.notation if column.notation in answers else "text" if is_text else NOT_ANSWERED
        found.append(_choice("notation", "Written as", chosen, {NOT_ANSWERED: "Choose …", **answers}, reading.question))
    if column.use != "feature":
        return tuple(found)
    if column.kind == "category":
        found.append(_choice("encoding", "Becomes", column.encoding, ENCODING_TITLES, "How categories become numbers."))
        if column.encoding == "ordered":
            tip = "The categories from low to high, separated by commas; empty for the alphabet."
            found.append(Setting("order", ", ".join(column.order), title="Order", tip=tip))
    for name, part in PARTS.items():
        if column.kind == "date":
            found.append(Setting(name, part in column.parts, title=_PART_LABELS[name], tip="Whether this part of the date is an input."))
    if reading.missing or column.notation in OTHERS_MISSING:
        rules: dict[str, str] = {rule: MISSING_TITLES[rule] for rule in MISSING_RULES[column.kind]}
        found.append(_choice("missing", "Missing", column.missing, rules, "What stands for a missing cell."))
        if column.kind in ("number", "yes_no") and column.missing != "drop":
            found.append(Setting("indicator", column.indicator, title="Say where", tip="Another input is 1 where the cell is missing."))
    return tuple(found)


def _choice(name: str, title: str, value: str, titles: dict[str, str], tip: str) -> Setting:
    chosen = value if value in titles else next(iter(titles))
    return Setting(name, chosen, title=title, tip=tip, choices=tuple(titles), choice_titles=tuple(titles.values()))


def with_choice(reading: ColumnReading, column: ColumnPlan, name: str, value: Value) -> ColumnPlan:
    """The column after one choice; what no longer fits takes the value that would be proposed."""
    if name == "use":
        return _used_as(reading, column, str(value))
    if name == "kind":
        return _read_as(reading, column, str(value))
    if name == "notation":
        return column if value == NOT_ANSWERED else with_answer(_read_as(reading, column, kinds_of(reading)[0]), str(value))
    if name in PARTS:
        parts = [part for key, part in PARTS.items() if (part in column.parts if key != name else bool(value))]
        return msgspec.structs.replace(column, parts=tuple(parts))
    if name == "order":
        order = tuple(dict.fromkeys(" ".join(part.split()) for part in str(value).split(",") if part.strip()))
        return msgspec.structs.replace(column, order=order)
    return msgspec.structs.replace(column, **{name: value})


def _used_as(reading: ColumnReading, column: ColumnPlan, use: str) -> ColumnPlan:
    changed = msgspec.structs.replace(column, use=use)
    if use == "feature" and column.use != "feature":
        proposed, _ = as_feature(reading)
        kind_fits = proposed.kind == column.kind
        return msgspec.structs.replace(proposed if kind_fits else changed, use="feature", notation=column.notation or proposed.notation)
    if use == "target" and column.kind in ("date", "yes_no"):
        return msgspec.structs.replace(changed, kind="category")
    return changed


def _read_as(reading: ColumnReading, column: ColumnPlan, kind: str) -> ColumnPlan:
    if kind == column.kind:
        return column
    if kind == "category":
        rule = "category" if reading.missing else "drop"
        return msgspec.structs.replace(column, kind="category", notation="", is_percent=False, missing=rule, indicator=False)
    proposed, _ = as_feature(reading)
    return msgspec.structs.replace(proposed, use=column.use)


def in_words(reading: ColumnReading, column: ColumnPlan) -> str:
    """What a column becomes, for a table: "numbers, median for missing"."""
    if column.use == "left_out":
        return "–"
    if column.use == "target":
        return f"{reading.distinct:,} classes" if column.kind == "category" else "numbers"
    if column.use in ("group", "time"):
        return "for the split"
    inputs = inputs_of(reading, column)
    if column.kind == "category" and column.encoding != "one_hot":
        return "1 input, in order" if column.encoding == "ordered" else "embedded"
    return f"{inputs:,} input{'s' if inputs != 1 else ''}"


def inputs_of(reading: ColumnReading, column: ColumnPlan) -> int:
    """About how many inputs a column makes; of categories as many as there are in all rows."""
    if column.use != "feature":
        return 0
    if column.kind == "date":
        return len(column.parts)
    if column.kind == "category":
        return reading.distinct if column.encoding == "one_hot" else 1
    return 2 if column.indicator and column.missing != "drop" else 1
