"""project.json: what a project file says in words and numbers, and the form it has had in each version.

The structures below are the whole schema; reading is strict, so a misspelt or unknown field is an error that names its place and not
a setting silently lost. Everything is written out, defaults too: a default that changes in a later version must not
change what an old file means. `title` and `description` are for the examples, which have the same form.

When the form changes, SCHEMA goes up by one and a function in `MIGRATIONS` turns the old form into the new one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
import numpy as np

from nnlab import __version__
from nnlab.core.dataset import datasets
from nnlab.core.errors import FileError, NNLabError
from nnlab.core.kernel.context import BATCH, BATCH_SIZE, BATCH_START, CONTEXT_WORDS, EPOCH, ITERATION, SAMPLES, SEED, TRAINING
from nnlab.core.preparation import DataSettings, SetNumber, with_file
from nnlab.core.setting import Value, check_settings
from nnlab.engine.breakpoint import MOST_TIMES, Breakpoint
from nnlab.engine.question import MOST_QUESTIONS, Question
from nnlab.engine.stop_condition import StopCondition
from nnlab.engine.watched_formula import WatchedFormula
from nnlab.files.graph_file import read_graph
from nnlab.files.initial_weights import InitialPart, part_of
from nnlab.files.project import Project, View
from nnlab.training.debugging import MOST_BREAKPOINTS, MOST_CONDITIONS, MOST_WATCHES, Debugging
from nnlab.training.difference import MOST_DIFFERENCES, Difference
from nnlab.training.settings import TrainingSettings

SCHEMA = 7

# MIGRATIONS[n] turns a decoded project.json of version n into one of version n + 1. Version 1 is the first.
MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {
    1: lambda raw: {**raw, "adapters": []},  # version 1 knew no adapters
    2: lambda raw: {**raw, "initial": None, "comparison": []},  # version 2 drew all weights from the seed and compared nothing
    3: lambda raw: {**raw, "debugging": {}},  # version 3 knew no breakpoints
    4: lambda raw: raw,  # version 4 kept no preparation beside its project.json, and no samples for a test
    5: lambda raw: {**raw, "runs": 0},  # version 5 forgot a run when it ended
    6: lambda raw: raw,  # version 6 trained without end: patience is 0 where it is not given
}

Count = Annotated[int, msgspec.Meta(ge=0, le=2**62)]
_POSITION_WORDS = {
    "iteration": ITERATION, "epoch": EPOCH, "batch": BATCH, "batch_size": BATCH_SIZE, "batch_start": BATCH_START, "samples": SAMPLES,
    "seed": SEED,
}  # fmt: skip


class SetNumberPart(msgspec.Struct, forbid_unknown_fields=True, array_like=True):
    sample: Count
    column: Count
    before: float
    after: float


class DataPart(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    settings: dict[str, bool | int | float | str] = {}
    seed: int = 0
    validation_share: float = 0.2
    inputs: list[str] = []
    derived: list[str] = []
    standardize: bool | None = None
    set_numbers: list[SetNumberPart] = []
    test_share: float = 0.0
    split: str = "stratified"


class TrainingPart(msgspec.Struct, forbid_unknown_fields=True):
    optimizer: str = "adam"
    optimizer_settings: dict[str, bool | int | float | str] = {}
    learning_rate: float = 1e-3
    batch_size: int = 32
    seed: int = 0
    epochs: int = 20
    shuffle: bool = True
    schedule: str = "constant"
    schedule_settings: dict[str, bool | int | float | str] = {}
    patience: int = 0
    accumulate: int = 1
    zero_gradients: bool = True


class ViewPart(msgspec.Struct, forbid_unknown_fields=True):
    workspace: str = "train"
    center: tuple[float, float] | None = None
    zoom: Annotated[float, msgspec.Meta(gt=0)] | None = None


class PositionPart(msgspec.Struct, forbid_unknown_fields=True):
    """Where the run stood: the words of the machine's context that outlive a step."""

    iteration: Count
    epoch: Count
    batch: Count
    batch_size: Annotated[int, msgspec.Meta(ge=1, le=2**31)]
    batch_start: Count
    samples: Count
    seed: Count


class DifferencePart(msgspec.Struct, forbid_unknown_fields=True):
    key: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class BreakpointPart(msgspec.Struct, forbid_unknown_fields=True):
    node: Annotated[str, msgspec.Meta(max_length=200)] = ""
    phase: Annotated[str, msgspec.Meta(max_length=20)] = ""
    unit: Annotated[int, msgspec.Meta(ge=0, le=2**31)] | None = None
    times: Annotated[int, msgspec.Meta(ge=1, le=MOST_TIMES)] = 1
    is_on: bool = True


class ConditionPart(msgspec.Struct, forbid_unknown_fields=True):
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
    times: Annotated[int, msgspec.Meta(ge=1, le=MOST_TIMES)] = 1
    is_on: bool = True


class QuestionPart(msgspec.Struct, forbid_unknown_fields=True):
    node: Annotated[str, msgspec.Meta(max_length=200)]
    phase: Literal["forward", "loss", "backward", "update"]
    target: Annotated[str, msgspec.Meta(max_length=200)]
    index: Annotated[list[Count], msgspec.Meta(max_length=8)] = []
    kind: Literal["value", "shape"] = "value"
    parameter: Annotated[str, msgspec.Meta(max_length=400)] = ""


class WatchPart(msgspec.Struct, forbid_unknown_fields=True):
    text: Annotated[str, msgspec.Meta(max_length=1000)]
    format: Literal["auto", "decimals", "scientific", "percent", "exact"] = "auto"


class DebuggingPart(msgspec.Struct, forbid_unknown_fields=True):
    breakpoints: Annotated[list[BreakpointPart], msgspec.Meta(max_length=MOST_BREAKPOINTS)] = []
    conditions: Annotated[list[ConditionPart], msgspec.Meta(max_length=MOST_CONDITIONS)] = []
    exercise: Annotated[list[QuestionPart], msgspec.Meta(max_length=MOST_QUESTIONS)] = []
    watches: Annotated[list[WatchPart], msgspec.Meta(max_length=MOST_WATCHES)] = []


class ProjectPart(msgspec.Struct, forbid_unknown_fields=True):
    schema: int
    graph: dict[str, Any]
    data: DataPart
    training: TrainingPart
    view: ViewPart = msgspec.field(default_factory=ViewPart)
    position: PositionPart | None = None
    adapters: list[str] = []
    initial: InitialPart | None = None
    comparison: Annotated[list[DifferencePart], msgspec.Meta(max_length=MOST_DIFFERENCES)] = []
    debugging: DebuggingPart = msgspec.field(default_factory=DebuggingPart)
    runs: Count = 0  # how many are kept in runs.json
    written_by: str = ""
    title: str = ""
    description: str = ""


@dataclass(frozen=True, eq=False)
class ProjectDocument:
    """What project.json says, as values."""

    project: Project
    view: View
    context: np.ndarray | None  # position of the run, see nnlab.core.kernel.context; None: there are no weights
    title: str = ""
    description: str = ""
    adapters: tuple[str, ...] = ()  # names; what they hold lies beside project.json
    initial: InitialPart | None = None  # the numbers lie beside project.json
    runs: int = 0  # how many are kept; what they are lies beside project.json


def encode(project: Project, view: View, context: np.ndarray | None, data_path: str | None = None, runs: int = 0) -> bytes:
    """project.json. `data_path` replaces the path of the data's file by where its copy lies in the archive; so many `runs` are kept."""
    data, training = project.data, project.training
    settings = dict((data if data_path is None else with_file(data, data_path)).settings)
    part = ProjectPart(
        schema=SCHEMA,
        graph=msgspec.json.decode(project.graph.to_json()),
        data=DataPart(
            data.name, settings, data.seed, data.validation_share, list(data.inputs), list(data.derived), data.standardize,
            [SetNumberPart(s.sample, s.column, s.before, s.after) for s in data.set_numbers], data.test_share, data.split,
        ),
        training=TrainingPart(
            training.optimizer, dict(training.optimizer_settings), training.learning_rate, training.batch_size, training.seed,
            training.epochs, training.shuffle, training.schedule, dict(training.schedule_settings), training.patience,
            training.accumulate, training.zero_gradients,
        ),
        view=ViewPart(view.workspace, view.center, view.zoom),
        position=None if context is None else PositionPart(**{name: int(context[word]) for name, word in _POSITION_WORDS.items()}),
        adapters=list(project.adapters),
        initial=part_of(project.initial),
        comparison=[DifferencePart(difference.key, difference.text) for difference in project.comparison],
        debugging=DebuggingPart(
            [BreakpointPart(b.node, b.phase, b.unit, b.times, b.is_on) for b in project.debugging.breakpoints],
            [ConditionPart(c.text, c.times, c.is_on) for c in project.debugging.conditions],
            [QuestionPart(q.node, q.phase, q.target, list(q.index), q.kind, q.parameter) for q in project.debugging.exercise],  # type: ignore[arg-type]
            [WatchPart(w.text, w.format) for w in project.debugging.watches],  # type: ignore[arg-type]
        ),
        runs=runs,
        written_by=f"NN Lab {__version__}",
    )  # fmt: skip
    return msgspec.json.format(msgspec.json.encode(part), indent=1)


def decode(content: bytes) -> ProjectDocument:
    """The values in a project.json of this or an older version.

    Raises FileError naming the place of what is wrong, GraphError naming the node, SettingError naming the setting.
    """
    part = _part(content)
    graph = read_graph(msgspec.json.encode(part.graph))
    return ProjectDocument(
        Project(
            graph, _data(part.data), _training(part.training), comparison=_comparison(part.comparison), debugging=_debugging(part.debugging)
        ),
        View(part.view.workspace, part.view.center, part.view.zoom),
        None if part.position is None else _context(part.position),
        part.title,
        part.description,
        tuple(part.adapters),
        part.initial,
        part.runs,
    )


class Heading(NamedTuple):
    title: str
    description: str
    data: str  # name of the data set


def heading(content: bytes) -> Heading:
    """What a project.json says of itself, without the values: no graph is made. Raises FileError as `decode`."""
    part = _part(content)
    return Heading(part.title, part.description, part.data.name)


def _part(content: bytes) -> ProjectPart:
    try:
        raw = msgspec.json.decode(content)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise FileError(f"project.json cannot be read: {_lower(str(error))}") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("schema"), int) or raw["schema"] < 1:
        raise FileError("project.json has no schema version; this is not an NN Lab project")
    version = raw["schema"]
    if version > SCHEMA:
        raise FileError(f"it was written by a newer NN Lab (schema {version}); this one reads up to {SCHEMA}: please update")
    while type(version) is int and version < SCHEMA:  # true is not 1: left for the check below
        raw = MIGRATIONS[version](raw)
        version += 1
        raw["schema"] = version
    try:
        return msgspec.convert(raw, ProjectPart, strict=True)
    except msgspec.ValidationError as error:
        raise FileError(f"project.json, {in_words(str(error))}") from error


def in_words(message: str) -> str:
    """msgspec's "Expected `int`, got `str` - at `$.nodes[0].id`" as "nodes, entry 1, id: expected `int`, got `str`"."""
    text, _, path = message.partition(" - at `$")
    steps = re.findall(r"\.([^.\[\]`]+)|\[(\d+)\]|\[\.\.\.\]", path)
    place = ", ".join(name or f"entry {int(number) + 1}" for name, number in steps if name or number) or "at the top"
    return f"{place}: {_lower(text)}"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".")


def _data(part: DataPart) -> DataSettings:
    settings = check_settings(datasets[part.name].settings, part.settings, datasets[part.name].title)
    # Only what the file says is kept: what is missing keeps following the default.
    given: Mapping[str, Value] = {name: settings[name] for name in part.settings}
    return DataSettings(
        part.name, dict(given), part.seed, part.validation_share, tuple(part.inputs), tuple(part.derived), part.standardize,
        tuple(SetNumber(s.sample, s.column, s.before, s.after) for s in part.set_numbers), part.test_share, part.split,
    )


def _training(part: TrainingPart) -> TrainingSettings:
    return TrainingSettings(
        part.optimizer, part.optimizer_settings, part.learning_rate, part.batch_size, part.seed, part.epochs, part.shuffle,
        part.schedule, part.schedule_settings, part.patience, part.accumulate, part.zero_gradients,
    ).checked_as_given()  # fmt: skip


def _debugging(part: DebuggingPart) -> Debugging:
    try:
        return Debugging(
            tuple(Breakpoint(b.node, b.phase, b.unit, b.times, b.is_on) for b in part.breakpoints),
            tuple(StopCondition(c.text, c.times, c.is_on) for c in part.conditions),
            tuple(Question(q.node, q.phase, q.target, tuple(q.index), q.kind, q.parameter) for q in part.exercise),
            tuple(WatchedFormula(w.text, w.format) for w in part.watches),
        )
    except NNLabError as error:
        raise FileError(f"project.json: debugging: {error}") from error


def _comparison(parts: list[DifferencePart]) -> tuple[Difference, ...]:
    """What was compared, whether this network has it or not: it may have been edited since, and may be edited back."""
    found = tuple(Difference(part.key, part.text) for part in parts)
    repeated = next((difference for k, difference in enumerate(found) if difference in found[:k]), None)
    if repeated is not None:
        raise FileError(f"project.json, comparison: {str(repeated)[:80]} stands there twice")
    return found


def _context(position: PositionPart) -> np.ndarray:
    if position.batch_start > position.samples:
        raise FileError("project.json, position: the batch starts after the last sample")
    context = np.zeros(CONTEXT_WORDS, dtype=np.int64)
    for name, word in _POSITION_WORDS.items():
        context[word] = getattr(position, name)
    context[TRAINING] = 1
    return context
