"""What several commands share: their arguments, and reading what a person named."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nnlab.core.errors import FileError

if TYPE_CHECKING:
    from nnlab.core.preparation import Data
    from nnlab.files.project import Project
    from nnlab.jobs.context import JobContext, Progress
    from nnlab.training.commands import Snapshot

MOST_NAMES = 12  # of columns or classes in a sentence
BAD_INPUT, UNFINISHED = 2, 1  # exit statuses
ROOM = 65_536  # bytes that a file to be written needs at least

Source = Annotated[str, typer.Argument(help="An example, a project (.nnlab), a graph or a table (CSV, Excel, Parquet)", metavar="FILE")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object as the last line on stdout")]


def count_option(help_text: str, minimum: int, maximum: int) -> Any:
    """An option that takes a whole number."""
    return typer.Option(metavar="N", min=minimum, max=maximum, help=help_text)


def read_source(source: str) -> tuple[Project, Snapshot | None, str]:
    """(project, state of its run or None, name)."""
    from nnlab.files.examples import open_any

    saved, name = open_any(source)
    return saved.project, saved.snapshot, name


def data_sentence(data: Data) -> str:
    """The samples, the columns that go in and what is predicted, by name (of many the first), and what was left out of a file."""
    target = data.target
    what = f"column{'s' if len(target.names) > 1 else ''}" if target.kind == "continuous" else f"{len(target.names)} classes"
    inputs = f"{len(data.features):,} input{'' if len(data.features) == 1 else 's'} {_named(data.features)}"
    if data.planes is not None:
        inputs = f"images of {data.planes[1]} × {data.planes[2]} pixels{' in colour' if data.planes[0] == 3 else ''}"
    samples = f"{len(data.x):,} samples and {len(data.validation_x):,} for validation"
    return " ".join((f"{samples}; {inputs}; to predict: {what} {_named(target.names)}.", *data.notes))


def _named(names: Sequence[str]) -> str:
    return ", ".join(names[:MOST_NAMES]) + (f", … and {len(names) - MOST_NAMES:,} more" if len(names) > MOST_NAMES else "")


def announce_compiling(project: Project) -> None:
    """Says so on stderr when kernels have to be compiled first."""
    from nnlab.graph.kernel_names import kernel_names

    announce_kernels((*kernel_names(project.graph), project.training.optimizer, project.training.schedule))


def announce_kernels(names: Iterable[str]) -> None:
    """The same for operators, optimisers and schedules by name."""
    from nnlab.training.warm import adapters_of, is_warm

    if not is_warm(adapters_of(names)):
        print("Compiling NN Lab's kernels for this computer. This happens once and takes about 10 seconds.", file=sys.stderr, flush=True)


@contextmanager
def progress_bar(name: str, words: Callable[[Progress], str] = lambda progress: progress.words) -> Iterator[JobContext]:
    """What a study reports goes to a bar on stderr, which is gone afterwards; `words` stand behind it, and the time that is left."""
    from tqdm import tqdm

    from nnlab.jobs.context import JobContext
    from nnlab.jobs.remaining import RemainingTime, remaining_words

    remaining = RemainingTime()
    layout = "{desc} {percentage:3.0f} %|{bar}| {unit}"  # what tqdm calls a postfix would begin with a comma
    interval = 0.1 if sys.stderr.isatty() else 5.0  # a log file needs no ten lines a second
    with tqdm(
        total=1.0, desc=name, file=sys.stderr, leave=False, delay=0.5, bar_format=layout, dynamic_ncols=True, mininterval=interval
    ) as bar:  # fmt: skip

        def show(progress: Progress) -> None:
            remaining.observe(progress.fraction)
            bar.unit = ", ".join(filter(None, (words(progress), remaining_words(remaining.seconds()))))
            bar.update(progress.fraction - bar.n)

        yield JobContext(show)


def finite(value: float | None) -> float | None:
    """For JSON, which has no NaN and no infinity: null."""
    return value if value is not None and math.isfinite(value) else None


def check_output(path: Path, suffix: str, option: str) -> None:
    """Tells a mistake in the name of a file to be written, or a disk that takes none, before the work and not after it."""
    if path.suffix.lower() != suffix:
        raise FileError(f"{option} {path}: the file's name must end in {suffix}.")
    if path.is_dir():
        raise FileError(f"{option} {path}: this is a folder; name a file in it.")
    if not path.absolute().parent.is_dir():
        raise FileError(f"{option} {path}: there is no folder {path.absolute().parent}; create it first.")
    from nnlab.core.atomic import check_room

    check_room(path, ROOM)
