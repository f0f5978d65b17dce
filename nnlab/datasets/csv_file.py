"""A CSV file of one's own: a line of column names, numeric features, and the target in the last column unless another is named.

DuckDB's CSV reader parses the rows and converts the numbers, in parallel. Only when something does not fit is the
text walked once more, by Python's `csv` module, to say in which line and column.

The target's column decides what is learned: text makes classes, in alphabetical order; whole numbers with few different
values make classes too; other numbers are a continuous target. The setting `target` overrules that. Columns that are neither
target nor among the chosen features are not looked at: they may hold anything.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nnlab.core.dataset import Dataset, Table, Target, register
from nnlab.core.errors import DataError
from nnlab.core.setting import Setting, Value
from nnlab.datasets._csv_text import CsvText, as_number, read_csv_text

LARGEST = float(np.finfo(np.float32).max)  # beyond it, a number is infinite to a network
MOST_CLASSES = 1000
MOST_CLASSES_OF_NUMBERS = 20  # whole numbers with more different values than this are taken for measurements
_TOO_LARGE = f"too large for a network, whose numbers end at {LARGEST:.1e}; use another unit, or delete the line".replace("e+", "e")
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "?", "-"})


def make(settings: Mapping[str, Value], seed: int) -> Table:
    path = str(settings["path"]).strip()
    if not path:
        raise DataError("No CSV file is chosen; set the path of one.")
    csv_text = read_csv_text(Path(path).expanduser())
    roles = _roles(csv_text, str(settings["target_column"]), str(settings["feature_columns"]))
    columns = _read_columns(csv_text, roles)
    target, y = _target(csv_text, columns, roles.target, str(settings["target"]))
    return Table(columns.x, y, roles.features, target)


@dataclass(frozen=True)
class Roles:
    """What the columns are used for, by name; those in neither are left out."""

    features: tuple[str, ...]
    target: str


def _roles(csv_text: CsvText, target: str, features: str) -> Roles:
    """The columns that a person chose; raises DataError for a name that is not in the file, or for a target that is a feature."""
    target = " ".join(target.split()) or csv_text.columns[-1]
    chosen = next(csv.reader([features], skipinitialspace=True)) if features.strip() else [n for n in csv_text.columns if n != target]
    names = tuple(dict.fromkeys(" ".join(name.split()) for name in chosen))
    for name in (target, *names):
        if name not in csv_text.columns:
            known = ", ".join(csv_text.columns[:20]) + (", …" if len(csv_text.columns) > 20 else "")
            raise DataError(f"{csv_text.name} has no column {name!r}; choose from {known}.")
    if target in names:
        raise DataError(f"{csv_text.name}: column {target!r} is the target and cannot be a feature as well; leave it out of the features.")
    return Roles(names, target)


@dataclass(frozen=True)
class Columns:
    """The cells of all rows: features, and the target both as text and, where it is one, as number (else NaN)."""

    x: np.ndarray  # float64 (rows, features), finite
    text: np.ndarray  # str (rows,), stripped, none empty
    number: np.ndarray  # float64 (rows,)


def _read_columns(csv_text: CsvText, roles: Roles) -> Columns:
    """All cells in use; raises DataError naming line and column of the first that is missing, extra or no number."""
    decimals = (".",) if csv_text.delimiter == "," else (".", ",")
    rejection = ""
    for decimal in decimals:
        columns, rejection = _run_duckdb(csv_text, roles, decimal)
        if columns is not None:
            return columns
    if next(csv_text.records(), None) is None:
        raise DataError(f"{csv_text.name} has no rows below its header.")
    # With both decimal marks refused, the reading that got further is the one the file means.
    line, message = max(_first_problem(csv_text, roles, decimal) for decimal in decimals)
    if line:
        raise DataError(f"{csv_text.name}, line {line}{message}.")
    raise DataError(f"{csv_text.name} cannot be read: {rejection}.")


def _run_duckdb(csv_text: CsvText, roles: Roles, decimal: str) -> tuple[Columns | None, str]:
    """The cells, or None and the reader's own reason when a row was rejected or a cell is missing."""
    import duckdb

    names = {column: f"c{index}" for index, column in enumerate(csv_text.columns)}
    features = [names[column] for column in roles.features]
    types = ", ".join(f"'{name}': '{'DOUBLE' if column in roles.features else 'VARCHAR'}'" for column, name in names.items())
    # A decimal comma is possible in the target wherever the comma does not separate columns.
    column = names[roles.target]
    target = column if csv_text.delimiter == "," else f"replace({column}, ',', '.')"
    options = (
        "delim=?, decimal_separator=?, quote='\"', escape='\"', header=true, auto_detect=false, compression='none', "
        "hive_partitioning=false, store_rejects=true, rejects_limit=1"
    )
    wanted = ", ".join((*features, column))
    query = f"SELECT {wanted}, TRY_CAST({target} AS DOUBLE) AS number FROM read_csv(?, columns={{{types}}}, {options})"
    offline: dict[str, str | bool | int | float | list[str]] = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    # The reader sees a clean copy under a plain name: it would take "data[1].csv" for a pattern and "x.csv.gz" for compressed.
    with tempfile.TemporaryDirectory(prefix="nnlab-") as folder, duckdb.connect(":memory:", config=offline) as connection:
        copy = Path(folder) / "rows.csv"
        copy.write_text(csv_text.text, encoding="utf-8", newline="\n")
        try:
            cells = connection.execute(query, [str(copy), csv_text.delimiter, decimal]).fetchnumpy()
            rejected = connection.execute("SELECT line, error_message FROM reject_errors LIMIT 1").fetchone()
        except duckdb.Error as error:
            return None, str(error).split("\n", 1)[0].rstrip(".")
    if rejected is not None:
        return None, f"line {rejected[0]}: {str(rejected[1]).rstrip('.')}"
    x = np.column_stack([np.ma.filled(cells[name], np.nan) for name in features]).astype(np.float64)
    text = np.array([str(cell).strip() for cell in np.ma.filled(cells[column], "")], dtype=object)
    if not len(x) or not (np.abs(x) <= LARGEST).all() or (text == "").any():  # NaN is not below it either
        return None, "a cell is empty or too large"
    return Columns(x, text, np.ma.filled(cells["number"], np.nan).astype(np.float64)), ""


def _first_problem(csv_text: CsvText, roles: Roles, decimal: str) -> tuple[int, str]:
    """The line of the first record that does not fit, and what is wrong there; (0, "") when every record fits."""
    names = csv_text.columns
    for line, record in csv_text.records():
        if len(record) == len(names) + 1 and not record[-1]:
            record = record[:-1]  # a delimiter at the end of the line
        if len(record) != len(names):
            return line, f" has {len(record)} value{'s' if len(record) > 1 else ''}, but line 1 names {len(names)} columns"
        for name, cell in zip(names, record, strict=True):
            value, is_target = cell.strip(), name == roles.target
            if not is_target and name not in roles.features:
                continue
            if not value or (value.lower() in MISSING and not is_target):
                what = f"holds {value!r} instead of a number" if value else "is empty"
                return line, f": column {name!r} {what}; fill in the value or delete the line"
            number = as_number(value, decimal)
            if not is_target and number is None:
                return line, f": column {name!r} holds {value[:40]!r}, which is not a number; {_only_target(csv_text, roles)} may hold text"
            if not is_target and not np.isfinite(number or 0.0):
                return line, f": column {name!r} holds {value[:40]!r}; it must be a finite number"
            if not is_target and abs(number or 0.0) > LARGEST:
                return line, f": column {name!r} holds {value[:40]!r}, {_TOO_LARGE}"
    return 0, ""


def _only_target(csv_text: CsvText, roles: Roles) -> str:
    return "only the last column" if roles.target == csv_text.columns[-1] else f"only the target {roles.target!r}"


def _target(csv_text: CsvText, columns: Columns, name: str, choice: str) -> tuple[Target, np.ndarray]:
    """What the target's column is and its values: class numbers int64 (rows,), or numbers float64 (rows, 1)."""
    if (columns.text == columns.text[0]).all():
        raise DataError(f"{csv_text.name}: the target, column {name!r}, is {columns.text[0]!r} in every row; there is nothing to learn.")
    numeric = np.isfinite(columns.number)
    distinct = np.unique(columns.number[numeric])
    few = len(distinct) <= MOST_CLASSES_OF_NUMBERS and (len(distinct) <= 2 or len(numeric) >= 3 * len(distinct))
    whole = bool((distinct == np.floor(distinct)).all())
    wants_numbers = choice == "numbers" or (choice == "automatic" and numeric.mean() > 0.5 and not (numeric.all() and whole and few))
    if not wants_numbers:
        return _classes(csv_text, columns, name, numeric)
    for fits, problem in ((numeric, "which is not a number"), (np.abs(columns.number) <= LARGEST, _TOO_LARGE)):
        if not fits.all():
            row = int(np.argmin(fits))
            line = next(line for number, (line, _) in enumerate(csv_text.records()) if number == row)
            raise DataError(f"{csv_text.name}, line {line}: the target, column {name!r}, holds {columns.text[row][:40]!r}, {problem}.")
    are_probabilities = bool(columns.number.min() >= 0.0 and columns.number.max() <= 1.0)
    return Target("continuous", (name,), are_probabilities), columns.number.reshape(-1, 1)


def _classes(csv_text: CsvText, columns: Columns, name: str, numeric: np.ndarray) -> tuple[Target, np.ndarray]:
    if numeric.all():
        values, y = np.unique(columns.number, return_inverse=True)
        names = tuple(f"{value:.12g}" for value in values)
    else:
        values, y = np.unique(columns.text.astype(str), return_inverse=True)
        names = tuple(str(value) for value in values)
    if len(names) > MOST_CLASSES or (len(names) == len(y) and len(y) > 2):
        raise DataError(
            f"{csv_text.name}: the target, column {name!r}, holds {len(names):,} different values in {len(y):,} rows, too many for classes."
        )
    return Target("binary" if len(names) == 2 else "classes", names, column=name), y.astype(np.int64)


register(
    Dataset(
        name="csv_file",
        title="CSV file",
        category="File",
        description="Your own file: a line of column names, numeric features, and the target, in the last column unless you name another.",
        settings=(
            Setting("path", "", title="File", tip="A text file with a line of column names; separated by commas, semicolons, tabs or |."),
            Setting(
                "target",
                "automatic",
                choices=("automatic", "classes", "numbers"),
                tip="How to read the target; automatic takes text and few different whole numbers for classes.",
            ),
            Setting(
                "target_column", "", title="Target column", tip="The name of the column that is to be predicted; empty for the last one."
            ),
            Setting(
                "feature_columns",
                "",
                title="Feature columns",
                tip="The names of the columns to predict it from, separated by commas; empty for all others.",
            ),
        ),
        make=make,
        standardize=True,
        files=("path",),
        is_listed=False,  # `table` reads these files, and others
    )
)
