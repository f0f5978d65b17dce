"""What in the training settings cannot work, or certainly does not do what it is for, on these samples: diagnostics with their fixes.

The graph's own problems are `nnlab.graph.validation`'s. An operator may need several samples in every batch (`Operator.least_rows`): the
last batch of an epoch is as short as the samples leave it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from nnlab.core.doubt import Doubt
from nnlab.core.errors import GraphError, NNLabError
from nnlab.core.optimizer import LEARNING_RATE, optimizers
from nnlab.core.schedule import schedules
from nnlab.core.setting import Setting, Value
from nnlab.core.written import setting_value
from nnlab.graph import edits
from nnlab.graph.diagnostic import ERROR, WARNING, Diagnostic, Fix
from nnlab.graph.graph import Graph, Node
from nnlab.graph.validation import infer
from nnlab.training.settings import BATCH_SIZE, TrainingSettings


@dataclass(frozen=True)
class TrainingFix(Fix):
    """A fix that changes how the network is trained, and leaves the graph as it is."""

    change: Callable[[TrainingSettings], TrainingSettings] = field(default=lambda training: training, compare=False)


def training_problems(graph: Graph, rows: int, training: TrainingSettings) -> tuple[Diagnostic, ...]:
    """What is wrong with these settings for `rows` training samples; errors first."""
    return (
        *_short_batches(graph, rows, training.batch_size), *_batch_size(rows, training.batch_size), *_accumulation(rows, training),
        *_doubts(training),
    )  # fmt: skip


def patience_problems(validation_rows: int, training: TrainingSettings) -> tuple[Diagnostic, ...]:
    """Patience that has nothing to watch."""
    if not training.patience or validation_rows:
        return ()
    sentence = "Patience watches the validation loss, but no samples are set aside: training never stops early."
    return (_with_remedy(sentence, "patience", "Set patience to 0", lambda known: replace(known, patience=0)),)


def check_batches(graph: Graph, rows: int, batch_size: int) -> None:
    """Raises GraphError where an operator would be given a batch that is too short for it."""
    for problem in _short_batches(graph, rows, batch_size):
        raise GraphError(problem.message, problem.node_id)


def too_large(rows: int, batch_size: int) -> str:
    """One sentence for a batch size above the number of samples; empty when it is not."""
    if not rows or batch_size <= rows:
        return ""
    return (
        f"The batch size is {batch_size:,}, but there {'is' if rows == 1 else 'are'} only {rows:,} training "
        f"sample{'s' if rows != 1 else ''}: every batch holds all of them."
    )


def too_short_for_schedule(training: TrainingSettings, steps: int) -> str:
    """One sentence for a run that ends before its schedule has done what it is for; empty when it does not."""
    schedule = schedules[training.schedule]
    span = schedule.span(_filled(schedule.settings, training.schedule_settings))
    if span <= steps:
        return ""
    ends = f"this run ends after {steps:,}; set it to at most that, or train longer"
    return f"The schedule {schedule.title} takes {span:,} updates, but {ends}."


def _batch_size(rows: int, batch_size: int) -> Iterator[Diagnostic]:
    sentence = too_large(rows, batch_size)
    if sentence:
        yield Diagnostic(WARNING, sentence, None, "batch_size", lambda: (_set_batch_size(rows),), setting="batch_size")


def _accumulation(rows: int, training: TrainingSettings) -> Iterator[Diagnostic]:
    batches = -(-rows // training.batch_size)
    if rows and training.accumulate > batches:
        sentence = (
            f"An update should take the gradients of {training.accumulate:,} batches, but an epoch has only {batches:,}: "
            f"every update takes {'that one' if batches == 1 else 'all of them'}."
        )
        yield _with_remedy(sentence, "accumulate", f"Set batches per update to {batches:,}", lambda t: replace(t, accumulate=batches))
    if not training.zero_gradients:
        sentence = "Gradients are not set to 0 after an update: each update repeats all before it, so steps grow and the loss swings."
        yield _with_remedy(sentence, "zero_gradients", "Zero gradients again", lambda t: replace(t, zero_gradients=True))


def _with_remedy(sentence: str, setting: str, label: str, change: Callable[[TrainingSettings], TrainingSettings]) -> Diagnostic:
    fix = TrainingFix(label, lambda graph: graph, outlook="No problem remains.", change=change)
    return Diagnostic(WARNING, sentence, None, "doubtful_training", lambda: (fix,), setting=setting)


def _set_batch_size(size: int) -> Fix:
    label = f"Set batch size to {size:,}"
    return TrainingFix(label, lambda graph: graph, outlook="No problem remains.", change=lambda t: replace(t, batch_size=size))


def _short_batches(graph: Graph, rows: int, batch_size: int) -> Iterator[Diagnostic]:
    """Operators that need more samples in a batch than the shortest batch of an epoch has."""
    shortest = _shortest(rows, batch_size)
    for node in graph:
        if not 0 < shortest < _least_rows(graph, node):
            continue
        if shortest == min(batch_size, rows):
            size = f"a batch has {'a single sample' if shortest == 1 else f'{shortest} samples'}"
        else:
            size = f"of {rows:,} samples in batches of {batch_size:,}, one is left alone in the last batch"
        sentence = f"{node.id} takes mean and variance over the batch, but {size}; it needs at least {_least_rows(graph, node)}."
        yield Diagnostic(ERROR, sentence, node.id, "short_batch", partial(_longer_batches, graph, rows, batch_size, node.id), "batch_size")


def _shortest(rows: int, batch_size: int) -> int:
    """The shortest batch of an epoch."""
    return min(batch_size, rows, rows % batch_size or rows)


def _least_rows(graph: Graph, node: Node) -> int:
    known = infer(graph).shapes
    shapes = {name: known[node.id, name] for name in node.kind.tensors if (node.id, name) in known}
    return node.kind.least_rows(shapes) if all(name in shapes for name in node.kind.input_names) else 1


def _longer_batches(graph: Graph, rows: int, batch_size: int, node_id: str) -> tuple[Fix, ...]:
    """The next batch size that leaves no short batch; or the node is taken out."""
    needed = max(_least_rows(graph, node) for node in graph)
    start = batch_size if batch_size > 1 else min(int(BATCH_SIZE.default), max(rows, 1))
    sizes = sorted(range(needed, min(rows, int(BATCH_SIZE.maximum or rows)) + 1), key=lambda size: (abs(size - start), -size))
    found = [_set_batch_size(size) for size in sizes if _shortest(rows, size) >= needed][:1]
    try:
        edits.bypass_node(graph, node_id)
    except NNLabError:
        return tuple(found)
    return (*found, Fix(f"Remove {node_id}", partial(edits.bypass_node, node_id=node_id)))


def _doubts(training: TrainingSettings) -> Iterator[Diagnostic]:
    rate, optimizer, schedule = training.learning_rate, optimizers[training.optimizer], schedules[training.schedule]
    if rate == 0:
        doubt = Doubt("The learning rate is 0: training changes nothing.", {"learning_rate": LEARNING_RATE.default})
        yield _doubtful(doubt, (LEARNING_RATE,), "")
        return
    found = optimizer.doubt(rate, _filled(optimizer.all_settings, training.optimizer_settings))
    if found is not None:
        yield _doubtful(found, optimizer.all_settings, "optimizer")
    found = schedule.doubt(rate, _filled(schedule.settings, training.schedule_settings))
    if found is not None:
        yield _doubtful(found, schedule.settings, "schedule")


def _filled(declared: tuple[Setting, ...], given: Mapping[str, Value]) -> Mapping[str, Value]:
    return {setting.name: given.get(setting.name, setting.default) for setting in declared}


def _doubtful(doubt: Doubt, declared: tuple[Setting, ...], part: str) -> Diagnostic:
    """The diagnostic of a doubt, told at the first setting of its remedy; `part`: whose settings these are, "" for the common ones."""

    def remedied(training: TrainingSettings) -> TrainingSettings:
        if not part:
            return replace(training, **doubt.remedy)  # type: ignore[arg-type]
        name = f"{part}_settings"
        return replace(training, **{name: {**getattr(training, name), **doubt.remedy}})  # type: ignore[arg-type]

    titles = {setting.name: setting.label for setting in declared}
    words = " and ".join(f"{_lower(titles[name])} to {setting_value(value)}" for name, value in doubt.remedy.items())
    fixes = (TrainingFix(f"Set {words}", lambda graph: graph, outlook="No problem remains.", change=remedied),) if doubt.remedy else ()
    return Diagnostic(WARNING, doubt.sentence, None, "doubtful_training", lambda: fixes, setting=next(iter(doubt.remedy), ""))


def _lower(title: str) -> str:
    return title[0].lower() + title[1:] if title[1:2].islower() else title
