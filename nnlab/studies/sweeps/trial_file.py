"""The file of a sweep: a CSV with one line per finished trial, written so that a killed sweep loses nothing it had finished.

The first column is the trial's identity, then its settings, what it found, the seconds it took, and why it failed if it did. A line is
one write, forced to the disk before anybody hears of the trial. What a kill in the middle of a line leaves is dropped when the sweep goes
on, and that trial runs again. Numbers are written with all their digits, so they are read back as the same bits.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

from nnlab.core.atomic import reason, write_atomically
from nnlab.core.errors import FileError, WriteError
from nnlab.studies.sweeps.trials import Trial, TrialResult, TrialValue

TRIAL, SECONDS, ERROR = "trial", "seconds", "error"
_ENCODING = "utf-8"


class TrialFile:
    """Made by `open`. Used from one thread; a context manager that closes the file."""

    def __init__(self, path: Path, settings: Sequence[str], values: Sequence[str], file: IO[bytes], rows: list[list[str]]) -> None:
        self.path, self.columns = path, columns_of(settings, values)
        self._values, self._file, self._rows = tuple(values), file, rows
        self._is_new = False  # and has no trial yet

    @classmethod
    def open(cls, path: Path, settings: Sequence[str], values: Sequence[str], resume: bool = False) -> TrialFile:
        """The file at `path`, with these columns. One that is there already is gone on with, or refused without `resume`.

        Raises FileError for a file that is no such table, WriteError where the disk is at fault.
        """
        columns = columns_of(settings, values)
        try:
            if path.is_dir():
                raise FileError(f"{path} is a folder; name a file in it.")
            is_new = not path.exists() or path.stat().st_size == 0
            if not is_new and not resume:
                raise FileError(f"{path} exists already; go on with the sweep in it by --resume, or name another file.")
            rows = [] if is_new else _whole_rows(path, columns)
            file = path.open("ab", buffering=0)
        except OSError as error:
            raise WriteError(f"{path} cannot be written: {reason(error)}.") from error
        found = cls(path, settings, values, file, rows)
        found._is_new = is_new
        if is_new:
            try:
                found._write(columns)
            except BaseException:
                found.close()
                raise
        return found

    def __enter__(self) -> TrialFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """What failed before its first trial leaves no file that would be in the way of the next attempt."""
        self.close()
        if self._is_new and error is not None:
            self.path.unlink(missing_ok=True)

    def close(self) -> None:
        self._file.close()

    def found(self, trials: Sequence[Trial]) -> dict[str, TrialResult]:
        """The results that the file had when it was opened, by identity; raises FileError when it has others than of these trials.

        Left out are trials that did not come to an end of their own: they are tried again.
        """
        by_identity = {trial.identity: trial for trial in trials}
        found: dict[str, TrialResult] = {}
        for row in self._rows:
            trial = by_identity.get(row[0])
            if trial is None:
                raise FileError(
                    f"{self.path} holds the trials of another sweep (settings, network, data or iterations differ); name another file, or "
                    "sweep what it was made with."
                )
            entries = dict(zip(self.columns, row, strict=True))
            if not entries[SECONDS]:
                continue
            values: dict[str, TrialValue] = {name: read_value(entries[name]) for name in self._values} if not entries[ERROR] else {}
            found[trial.identity] = TrialResult(trial, values, float(entries[SECONDS]), entries[ERROR])
        return found

    def append(self, result: TrialResult) -> None:
        """Writes one line and waits until it is on the disk. Raises WriteError; the lines before are whole."""
        self._write(self._row(result))
        self._is_new = False

    def finished(self) -> int:
        """Trials on the disk that came to an end of their own, counted there: an interruption may come right after a line was written."""
        seconds = self.columns.index(SECONDS)
        return sum(bool(row[seconds]) for row in _whole_rows(self.path, self.columns))

    def put_in_order(self, results: Iterable[TrialResult]) -> None:
        """Replaces the lines by these, in one step: the same sweep gives the same file whatever the order its trials ended in."""
        text = _line(self.columns) + "".join(_line(self._row(result)) for result in results)
        self.close()
        write_atomically(self.path, lambda file: file.write(text.encode(_ENCODING)))

    def _row(self, result: TrialResult) -> list[str]:
        return [result.trial.identity, *(written_value(result.get(column)) for column in self.columns[1:])]

    def _write(self, row: Sequence[str]) -> None:
        line = _line(row).encode(_ENCODING)
        begin = os.fstat(self._file.fileno()).st_size
        try:
            if self._file.write(line) != len(line):
                raise OSError(28, "No space left on device")
            os.fsync(self._file.fileno())
        except OSError as error:
            os.ftruncate(self._file.fileno(), begin)  # gives back what half a line took
            raise WriteError(
                f"{self.path} cannot be written: {reason(error)}. Trials that were finished before are in it, and the sweep can go on "
                "from there."
            ) from error


def columns_of(settings: Sequence[str], values: Sequence[str]) -> tuple[str, ...]:
    return (TRIAL, *settings, *values, SECONDS, ERROR)


def written_value(value: TrialValue) -> str:
    """A value as it stands in the file; None is nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return repr(float(value)) if isinstance(value, float) else str(value)


def read_value(text: str) -> TrialValue:
    """What `written_value` wrote, as the same bits."""
    if text in ("", "true", "false"):
        return None if not text else text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _line(row: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow([" ".join(entry.split("\n")) for entry in row])
    return text.getvalue()


def _whole_rows(path: Path, columns: tuple[str, ...]) -> list[list[str]]:
    """The lines of the file; an unfinished last one is cut off, on the disk too."""
    content = path.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    try:
        rows = list(csv.reader(io.StringIO(whole.decode(_ENCODING))))
    except (UnicodeDecodeError, csv.Error):
        rows = []
    if not rows or tuple(rows[0]) != columns:
        raise FileError(f"{path} is not the table of this sweep, whose columns are {', '.join(columns)}; name another file.")
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(columns):
            raise FileError(f"{path}, line {number}: {len(row)} entries where the sweep's table has {len(columns)}; name another file.")
    if len(whole) < len(content):
        with path.open("r+b") as file:
            file.truncate(len(whole))
    return _without_repetition(rows[1:])


def _without_repetition(rows: list[list[str]]) -> list[list[str]]:
    by_identity: Mapping[str, list[str]] = {row[0]: row for row in rows}
    return list(by_identity.values())


def file_named_after(folder: Path, trials: Iterable[Trial]) -> Path:
    """Where in a folder the results of just these trials are kept, so that the same study finds them again in another window."""
    digest = hashlib.sha256("\n".join(trial.identity for trial in trials).encode()).hexdigest()[:16]
    return folder / f"{digest}.csv"
