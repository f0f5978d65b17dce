"""The plan of a table: what each column is used for and how its cells become numbers. A value of the document, kept as JSON text.

A person sees it on the import page and changes it there; it is undone, saved and compared like any other setting. What is fitted (the
mean that stands for a missing number, the categories there are) is not in it: that follows from the training rows.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from nnlab.core.errors import DataError
from nnlab.tables.cell_table import MOST_COLUMNS
from nnlab.tables.columns import NOTATIONS
from nnlab.tables.reader import Wanted
from nnlab.tables.text_form import TextForm

Use = Literal["feature", "target", "left_out", "group", "time"]
ColumnKind = Literal["number", "yes_no", "date", "category"]
Encoding = Literal["one_hot", "ordered", "embedded"]
MissingRule = Literal["drop", "mean", "median", "most_frequent", "category"]
DatePart = Literal["year", "month", "weekday", "elapsed"]

MISSING_RULES: dict[str, tuple[MissingRule, ...]] = {
    "number": ("drop", "median", "mean", "most_frequent"),
    "yes_no": ("drop", "most_frequent"),
    "date": ("drop",),
    "category": ("category", "drop", "most_frequent"),
}
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]


class ColumnPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One column. What does not concern its kind is ignored."""

    name: Name
    use: Use = "feature"
    kind: ColumnKind = "number"
    notation: str = ""  # of numbers and dates, a key of NOTATIONS
    is_percent: bool = False
    missing: MissingRule = "drop"
    indicator: bool = False  # whether another input says where the cell is missing
    encoding: Encoding = "one_hot"  # of a category
    order: tuple[str, ...] = ()  # of ordered categories; empty: alphabetical
    parts: tuple[DatePart, ...] = ()  # of a date


class FormPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    delimiter: Literal[",", ";", "\t", "|", " "] = ","
    quote: Literal['"', "'"] = '"'
    header: bool = True
    skip: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 0
    encoding: Literal["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16", "utf-32"] = "utf-8"


class TablePlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """All columns of a table, the form its text is read in (None: found out) and the sheet of a workbook ("": the first)."""

    columns: Annotated[tuple[ColumnPlan, ...], msgspec.Meta(min_length=2, max_length=MOST_COLUMNS)]
    form: FormPart | None = None
    sheet: str = ""

    @property
    def target(self) -> ColumnPlan:
        """The column that is predicted; raises DataError unless there is exactly one."""
        found = [column for column in self.columns if column.use == "target"]
        if len(found) != 1:
            raise DataError("No column is the target; choose one." if not found else "Two columns are the target; choose one.")
        return found[0]

    @property
    def features(self) -> tuple[ColumnPlan, ...]:
        return tuple(column for column in self.columns if column.use == "feature")

    @property
    def wanted(self) -> Wanted:
        """What the reader is told."""
        form = self.form
        return Wanted(None if form is None else TextForm(form.delimiter, form.quote, form.header, form.skip, form.encoding), self.sheet)

    def column(self, name: str) -> ColumnPlan:
        """The plan of a column by name; raises DataError naming those there are."""
        found = next((column for column in self.columns if column.name == name), None)
        if found is None:
            known = ", ".join(column.name for column in self.columns[:20])
            raise DataError(f"The table has no column {name!r}; choose from {known}.")
        return found

    def with_column(self, changed: ColumnPlan) -> TablePlan:
        """With one column used otherwise. A new target takes the place of the old one, which becomes a feature."""
        columns = []
        for column in self.columns:
            if column.name == changed.name:
                columns.append(changed)
            elif changed.use in ("target", "time", "group") and column.use == changed.use:
                columns.append(msgspec.structs.replace(column, use="feature"))
            else:
                columns.append(column)
        return msgspec.structs.replace(self, columns=tuple(columns))

    def to_json(self) -> str:
        return msgspec.json.encode(self).decode()


def read_plan(text: str) -> TablePlan | None:
    """The plan in a setting's text, None for an empty one. Raises ValueError, completing "…;", for anything else."""
    if not text.strip():
        return None
    try:
        plan = msgspec.json.decode(text, type=TablePlan)
    except (msgspec.MsgspecError, RecursionError, UnicodeEncodeError) as error:
        raise ValueError(f"it must be a plan of a table: {str(error)[:1].lower()}{str(error)[1:]}") from error
    names = [column.name for column in plan.columns]
    if len(set(names)) < len(names):
        raise ValueError("it must be a plan of a table: two columns have one name")
    for column in plan.columns:
        if column.notation and column.notation not in NOTATIONS:
            raise ValueError(f"it must be a plan of a table: column {column.name!r} has the notation {column.notation!r}")
        if column.missing not in MISSING_RULES[column.kind] and column.use == "feature":
            raise ValueError(f"it must be a plan of a table: column {column.name!r} cannot have {column.missing!r} for missing cells")
    return plan
