"""The form of a text table: what separates its cells, what quotes them, where its rows begin and whether a line names the columns."""

from __future__ import annotations

import csv
import itertools
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from nnlab.core.errors import DataError

DELIMITERS = (",", ";", "\t", "|")
BLANKS = " "  # any run of blanks
DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", BLANKS: "blanks"}
_SAMPLE = 60  # records looked at to find out the form
_COLUMNS = 200  # columns looked at to find out whether the first record names them


@dataclass(frozen=True)
class TextForm:
    """How the characters of a file make rows and cells."""

    delimiter: str = ","
    quote: str = '"'
    header: bool = True  # whether the first record names the columns
    skip: int = 0  # lines above it: a title, comments
    encoding: str = "utf-8"

    def records(self, text: str, name: str) -> Iterator[tuple[int, list[str]]]:
        """Each record and the line (from 1) it begins in, the header among them; blank lines are left out.

        Raises DataError for a quotation mark that does not fit.
        """
        blanks = self.delimiter == BLANKS
        reader = csv.reader(
            lines_of(text, self.skip), delimiter=self.delimiter, quotechar=self.quote, strict=True, skipinitialspace=blanks
        )
        line = self.skip + 1
        try:
            for record in reader:
                if blanks and record and not record[-1]:
                    record.pop()  # blanks at the end of a line
                if record and (len(record) > 1 or record[0].strip()):
                    yield line, record
                line = self.skip + reader.line_num + 1
        except csv.Error as error:
            raise DataError(
                f"{name}, line {line}: a quotation mark is not closed or not doubled inside quoted text, "
                f"or a cell has more than {csv.field_size_limit():,} characters."
            ) from error


def lines_of(text: str, skip: int = 0) -> Iterator[str]:
    """The lines behind the first `skip`, each with its end. `io.StringIO` would hold them once more, in four bytes a character."""
    place = 0
    for number in itertools.count():
        end = text.find("\n", place) + 1 or len(text)
        if place == end:
            return
        if number >= skip:
            yield text[place:end]
        place = end


def detect(text: str, encoding: str = "utf-8") -> TextForm:
    """The form that most of the first records agree on. Never raises: what does not fit is told when the rows are read."""
    first = text.split("\n", 1)[0].strip()
    if first.lower().startswith("sep=") and len(first) == 5:  # what Excel writes for itself
        form = TextForm(delimiter=first[4], skip=1, encoding=encoding)
        return replace(form, header=_has_header(text, form))
    sample = "\n".join(text.split("\n", 4 * _SAMPLE)[: 4 * _SAMPLE])
    best, best_score = TextForm(encoding=encoding), (0, 0)
    for delimiter, quote in itertools.product((*DELIMITERS, BLANKS), ('"', "'")):
        form = TextForm(delimiter, quote, encoding=encoding)
        if quote == "'" and not any(line.lstrip().startswith("'") for line in sample.split("\n", 5)[:5]):
            continue
        score, skip = _agreement(sample, form)
        if score > best_score and (delimiter != BLANKS or best_score[0] == 0 or best.delimiter == BLANKS):
            best, best_score = replace(form, skip=skip), score
    return replace(best, header=_has_header(text, best))


def _agreement(sample: str, form: TextForm) -> tuple[tuple[int, int], int]:
    """(how many of the first records have as many cells as most, how many cells that is), and the lines above them."""
    found: list[tuple[int, list[str]]] = []
    try:
        for record in itertools.islice(form.records(sample, ""), _SAMPLE):
            found.append(record)
    except DataError:  # with this delimiter the quotation marks do not fit, or the sample ends inside one
        if len(found) < 3:
            found = [(number, line.split(form.delimiter)) for number, line in enumerate(sample.split("\n"), 1) if line][:_SAMPLE]
    lengths = Counter(len(record) for _, record in found)
    if not lengths:
        return (0, 0), 0
    cells, times = max(lengths.items(), key=lambda item: (item[0] > 1, item[1], item[0]))
    if cells < 2:
        return (0, 0), 0
    start = next(place for place, (_, record) in enumerate(found) if len(record) == cells)
    if start and len(found[start - 1][1]) == cells - 1 and cells > 2:  # R leaves out the name of the row names
        start -= 1
    return (times, cells), found[start][0] - 1


def _has_header(text: str, form: TextForm) -> bool:
    """DuckDB's sniffer says whether the first record names the columns; it has to where it is a cell short (see `_agreement`)."""
    import duckdb

    try:
        records = [record for _, record in itertools.islice(form.records(text, ""), _SAMPLE)]
    except DataError:
        return True
    if len(records) < 2 or len(records[0]) != len(records[1]):
        return True
    step = -(-len(records[0]) // _COLUMNS)  # of thousands of columns some are as telling as all, and take a second less
    records = [record[::step] for record in records]
    with tempfile.TemporaryDirectory(prefix="nnlab-") as folder:
        sample = Path(folder) / "sample.csv"
        with sample.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, quoting=csv.QUOTE_MINIMAL).writerows(records)
        with duckdb.connect(":memory:") as connection:
            try:
                query = "SELECT HasHeader FROM sniff_csv(?, delim=',', quote='\"', escape='\"', skip=0, null_padding=true)"
                row = connection.execute(query, [str(sample)]).fetchone()
            except duckdb.Error:
                return True
    return bool(row and row[0])
