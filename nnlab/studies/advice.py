"""Advice: which loss and output layer suit a target column, why, and what in a network does not fit it.

The rules are those of Bishop, Pattern Recognition and Machine Learning (2006), section 5.2 (the loss is the negative log-likelihood of what
the target is, the output activation its canonical link), as far as NN Lab has the loss. Where the evidence is thin nothing is recommended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from nnlab.core.dataset import Table, datasets
from nnlab.core.errors import DataError, NNLabError
from nnlab.core.operator import operators
from nnlab.core.preparation import Data, DataSettings, file_of, prepare
from nnlab.core.setting import check_settings
from nnlab.core.written import plain_number, rounded
from nnlab.graph import edits
from nnlab.graph.fixes.building import insert_chain
from nnlab.graph.graph import Graph, Node
from nnlab.graph.layers import output_layer
from nnlab.studies import target_column as kinds
from nnlab.studies.target_column import Finding, TargetColumn, find, is_one_hot
from nnlab.tables.cell_table import CellTable
from nnlab.tables.plan import TablePlan, read_plan
from nnlab.tables.reader import read_table

LARGE = 10.0  # standard deviation or distance from 0 from which a target is too large for freshly drawn weights
OUTLIER = 15.0  # median absolute deviations from the median
IDENTITY, SIGMOID, SOFTMAX, SOFTPLUS = "identity", "sigmoid", "softmax", "softplus"


@dataclass(frozen=True)
class Advice:
    """`loss`, `output_activation`: names of operators, None where nothing is recommended (`needs` then says what it would take).

    The activation is what turns outputs into predictions; a loss from logits applies it itself. `scale`: a factor for the output of a
    large target, 1 where none is needed. `reason`: two sentences. `frequencies`: rows by value, for a picture of the column.
    """

    column: str
    target: str  # one of nnlab.studies.target_column.KINDS
    loss: str | None
    outputs: int
    output_activation: str | None
    reason: str
    needs: str = ""
    warnings: tuple[str, ...] = ()
    scale: float = 1.0
    frequencies: Mapping[str, int] = field(default_factory=dict)

    @property
    def headline(self) -> str:
        """Two classes: use cross-entropy."""
        if self.loss is None:
            return f"{_TITLES[self.target]}: no recommendation"
        return f"{_TITLES[self.target]}: use {_lower(operators[self.loss].title)}"

    def apply(self, graph: Graph) -> Graph:
        """The network with the loss and output layer recommended; raises NNLabError where there is none to change."""
        if self.loss is None or self.output_activation is None:
            raise NNLabError(f"Nothing is recommended for {self.column!r} that could be applied: {self.reason}")
        if not graph.losses or len(graph.incoming(graph.losses[0].id)) != 1:
            raise NNLabError("The network has no loss with one layer before it; connect one first.")
        for node in list(_behind_output_layer(graph)):
            graph = edits.bypass_node(graph, node.id)
        graph = edits.replace_operator(graph, graph.losses[0].id, self.loss)
        layer = output_layer(graph)
        if layer is not None and "units" in layer.settings:
            graph = edits.configure(graph, layer.id, units=self.outputs)
        kind = operators[self.loss]
        chain: list[tuple[str, dict[str, object]]] = []
        if self.output_activation != IDENTITY and not (kind.applies_link and kind.link == self.output_activation):
            chain.append((self.output_activation, {}))
        if self.scale != 1.0:
            chain.append(("scale", {"factor": self.scale}))
        return insert_chain(graph, graph.incoming(graph.losses[0].id)[0], chain) if chain else graph


def column_of(data: DataSettings, target: str | None = None) -> TargetColumn:
    """The target of the data, or another column of a table; raises DataError for one that is not there.

    Of a table with a plan it is the samples that are there anyway, without those kept for the test: its file is not read once more.
    """
    dataset = datasets[data.name]
    path = file_of(data)
    if path:
        plan = read_plan(str(data.settings.get("plan", "")))
        if plan is not None and target in (None, plan.target.name):
            return _of_samples(prepare(data), plan)
        own = plan.target.name if plan else " ".join(str(data.settings.get("target_column", "")).split())
        return _of_cells(read_table(Path(path).expanduser(), plan.wanted if plan else None), target or own or None)
    table = dataset.make(check_settings(dataset.settings, data.settings, dataset.title), data.seed)
    return _of_table(table, target, dataset.title)


def _of_samples(data: Data, plan: TablePlan) -> TargetColumn:
    name, y = plan.target.name, np.concatenate([data.y, data.validation_y])
    classes = data.target.names
    is_number = data.target.kind == "continuous"
    column = TargetColumn.of_numbers(name, y) if is_number else TargetColumn.of_text(name, [classes[k] for k in y])
    places = {name: place for place, name in enumerate(data.raw_features)}

    def numbers(place: int) -> np.ndarray:
        other = plan.columns[place]
        if other == plan.target:
            return column.numbers[:, 0]
        if other.use != "feature" or other.name not in places:
            return np.full(len(y), np.nan)
        return np.concatenate([part[:, places[other.name]] for part in (data.raw_x, data.raw_validation_x)])

    return _with_block(column, [c.name for c in plan.columns], plan.columns.index(plan.target), numbers)


def _with_block(column: TargetColumn, names: Sequence[str], at: int, numbers: Callable[[int], np.ndarray]) -> TargetColumn:
    """The column, with those beside it that are together one 1 and otherwise 0 in every row; `numbers` gives a column by its place."""
    block = _one_hot_block(column.rows, len(names), at, numbers)
    if block is None:
        return column
    found = tuple(names[block.start : block.stop])
    return TargetColumn(f"{found[0]} … {found[-1]}", column.text, np.column_stack([numbers(k) for k in block]), found)


def _one_hot_block(rows: int, width: int, at: int, numbers: Callable[[int], np.ndarray]) -> range | None:
    def ones(place: int) -> int:
        """How many rows hold a 1; 0 where the column holds anything but 0 and 1 as well."""
        values = numbers(place)
        return int(values.sum()) if ((values == 0.0) | (values == 1.0)).all() else 0

    counts = {at: ones(at)}
    for step in (-1, 1):  # a block has as many ones as there are rows, and no column without any
        place = at
        while counts[place] and 0 <= place + step < width:
            place += step
            counts[place] = ones(place)
            if sum(counts[k] for k in counts if (k - at) * step > 0) + counts[at] > rows:
                break
    run = sorted(k for k in counts if counts[k])
    for start in (k for k in run if k <= at):  # the widest block first
        for stop in (k + 1 for k in run if k >= at):
            is_full = stop - start > 1 and sum(counts[k] for k in range(start, stop)) == rows
            if is_full and is_one_hot(np.column_stack([numbers(k) for k in range(start, stop)])):
                return range(start, stop)
    return None


def _of_table(table: Table, target: str | None, title: str) -> TargetColumn:
    if target is not None and target in table.features:
        return TargetColumn.of_numbers(target, table.x[:, table.features.index(target)])
    names = table.target.names
    if target is not None and target not in names:
        raise DataError(f"{title} has no column {target!r}; it has {_some((*table.features, *names))}.")
    if table.target.kind == "continuous":
        return TargetColumn.of_numbers(", ".join(names) if len(names) < 4 else "target", table.y, names if len(names) > 1 else ())
    return TargetColumn.of_text("target", [names[k] for k in table.y])


def _of_cells(cells: CellTable, target: str | None) -> TargetColumn:
    at = cells.index(target) if target is not None else len(cells.columns) - 1
    text = [str(cell) for cell in next(cells.all([f"coalesce(c{at}, '')"])).tolist()]
    decimal = "," if cells.form is not None and cells.form.delimiter != "," else "."
    column = TargetColumn.of_text(cells.columns[at], [t.replace(decimal, ".") if decimal == "," and "." not in t else t for t in text])
    return _with_block(column, cells.columns, at, lambda k: cells.numbers([k], lambda c: f"TRY_CAST(trim({c}) AS DOUBLE)")[0])


def advise(column: TargetColumn, graph: Graph | None = None) -> Advice:
    """What suits the column, and what in `graph` does not."""
    found = find(column)
    loss, outputs, activation, why = _recommended(found, column)
    scale = _scale(found, column) if loss is not None else 1.0
    if scale != 1.0:
        why = f"{why.rstrip('.')}; the last operator multiplies by {plain_number(scale)}, so that the weights need not grow to reach it."
    needs = found.doubt
    reason = f"{found.evidence[0].upper()}{found.evidence[1:]}. {why}"
    if needs:
        loss, activation, outputs = None, None, 0
        reason = f"{found.evidence[0].upper()}{found.evidence[1:]}. That is too little to recommend a loss: it would take {needs}."
    warnings = (*_of_column(found, column), *(_mismatches(graph, found, column) if graph is not None else ()))
    warnings = tuple(f"{warning[0].upper()}{warning[1:]}" for warning in warnings)  # some begin with an operator's name
    return Advice(column.name, found.kind, loss, outputs, activation, reason, needs, warnings, scale, column.frequencies)


def _recommended(found: Finding, column: TargetColumn) -> tuple[str | None, int, str | None, str]:
    """(loss, outputs, activation, why)."""
    count = max(1, len(column.columns))
    if found.kind == kinds.CONTINUOUS and _has_outliers(column):
        return "huber", count, IDENTITY, _WHY_HUBER
    loss, activation = _USUAL[found.kind]
    outputs = 0 if loss is None else len(found.classes) if loss == "cross_entropy" else count
    return loss, outputs, activation, _WHY[found.kind]


def _has_outliers(column: TargetColumn) -> bool:
    """Whether up to a twentieth of the values lies far beyond the rest (more than that is a wide distribution, not outliers)."""
    values = column.values if not column.columns else column.numbers.ravel()
    if len(values) < 50:
        return False
    distance = np.abs(values - np.median(values))
    spread = float(np.median(distance))
    far = float((distance > OUTLIER * spread).mean()) if spread > 0 else 0.0
    return 0.0 < far <= 0.05


def _scale(found: Finding, column: TargetColumn) -> float:
    """One significant digit of the target's size, where freshly drawn weights would be far from it."""
    if found.kind not in (kinds.CONTINUOUS, kinds.COUNTS):
        return 1.0
    values = column.values if not column.columns else column.numbers.ravel()
    size = float(np.sqrt(np.mean(values**2))) if len(values) else 0.0
    return float(f"{size:.0e}") if size > LARGE else 1.0


def _of_column(found: Finding, column: TargetColumn) -> Iterator[str]:
    """What is wrong with the column itself."""
    missing = column.rows - len(column.present)
    if missing:
        yield f"{missing:,} of {column.rows:,} rows hold nothing in {column.name!r}; fill them in or leave them out."
    if found.kind == kinds.ONE_HOT:
        yield f"Only the last of the columns {column.name} is read as the target; the others would tell the network the answer."
    counts = list(column.frequencies.values())
    if found.kind in (kinds.CLASSES, kinds.TWO_CLASSES) and counts and max(counts) > 10 * min(counts):
        rarest = min(column.frequencies, key=lambda name: column.frequencies[name])
        yield f"Class {rarest!r} has {min(counts):,} of {sum(counts):,} rows: a high accuracy says little; class weights make up for it."


def _mismatches(graph: Graph, found: Finding, column: TargetColumn) -> Iterator[str]:
    """What a network has that does not fit the column."""
    losses = graph.losses
    if not losses or len(graph.incoming(losses[0].id)) != 1:
        return
    loss, source = losses[0], graph[graph.incoming(losses[0].id)[0].source]
    is_class = found.kind in (kinds.TWO_CLASSES, kinds.CLASSES, kinds.ORDERED, kinds.ONE_HOT)
    if source.kind.computes_link and source.kind.computes_link == loss.kind.link and loss.kind.applies_link:
        yield f"{source.kind.title} before {_lower(loss.kind.title)}: the loss takes logits and applies it once more; remove {source.id}."
    if is_class and loss.kind.link == "identity":
        how_many = {kinds.TWO_CLASSES: "two classes"}.get(found.kind, "classes")
        yield f"{loss.kind.title} on {how_many}: its gradient vanishes where the network is sure and wrong."
    if found.kind in (kinds.CONTINUOUS, kinds.COUNTS) and loss.kind.link != "identity":
        yield f"{loss.kind.title} is for classes, but {column.name!r} holds numbers on a scale."
    layer = output_layer(graph)
    units = int(str(layer.settings["units"])) if layer is not None and "units" in layer.settings else None
    classes = len(found.classes)
    if is_class and classes > 2 and units is not None and units != classes:
        yield f"{units} output{'s' if units != 1 else ''} for {classes} classes: {layer.id if layer else ''} needs one for each."
    if found.kind in (kinds.CONTINUOUS, kinds.COUNTS):
        yield from _out_of_reach(source, column, _scale(found, column), graph)


def _out_of_reach(source: Node, column: TargetColumn, scale: float, graph: Graph) -> Iterator[str]:
    values = column.values if not column.columns else column.numbers.ravel()
    low, high = source.kind.output_bounds(source.settings)
    if len(values) and (values.min() < low or values.max() > high):
        reach = f"{rounded(values.min())} to {rounded(values.max())}"
        both = bool(np.isfinite([low, high]).all())
        least, most = plain_number(low), plain_number(high)
        bounds = f"between {least} and {most}" if both else f"above {least}" if np.isfinite(low) else f"below {most}"
        yield f"{source.kind.title} at the output: {source.id} stays {bounds}, but the target goes from {reach}."
    elif scale != 1.0 and not any(node.operator in ("scale", "rescale") for node in _behind_output_layer(graph)):
        size = plain_number(scale)
        yield f"The target's values are around {size}: without a scale at the output the first steps are spent on growing weights."


def _behind_output_layer(graph: Graph) -> Iterator[Node]:
    """Operators without weights between the layer that makes the output and the loss, from the loss backwards."""
    layer, node = output_layer(graph), graph.losses[0]
    while layer is not None:
        node = graph[graph.incoming(node.id)[0].source]
        if node.id == layer.id:
            return
        yield node


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names[:12]) + (", …" if len(names) > 12 else "")


def _lower(title: str) -> str:
    return title if title.isupper() else title[0].lower() + title[1:]


_USUAL: dict[str, tuple[str | None, str | None]] = {
    kinds.CONTINUOUS: ("mse", IDENTITY), kinds.COUNTS: ("mse", SOFTPLUS), kinds.TWO_CLASSES: ("binary_cross_entropy", SIGMOID),
    kinds.CLASSES: ("cross_entropy", SOFTMAX), kinds.ORDERED: ("cross_entropy", SOFTMAX), kinds.ONE_HOT: ("cross_entropy", SOFTMAX),
    kinds.PROBABILITIES: ("binary_cross_entropy", SIGMOID), kinds.CONSTANT: (None, None), kinds.IDENTIFIER: (None, None),
}  # fmt: skip
_WHY = {
    kinds.CONTINUOUS: "An output without an activation reaches every number, and MSE is least at the mean of what is possible.",
    kinds.COUNTS: "A count is never negative, and softplus keeps the output above 0 without a dead range.",
    kinds.TWO_CLASSES: "One logit becomes a probability; under MSE the gradient carries a factor p(1 − p), almost 0 where the network is "
    "sure and wrong, under cross-entropy it is p − y.",
    kinds.CLASSES: "Softmax makes probabilities of one logit per class, and the gradient of cross-entropy at every one of them is p − y.",
    kinds.ORDERED: "Cross-entropy learns the steps as classes and asks nothing of their distances; where these are even, MSE on their "
    "numbers uses the order.",
    kinds.ONE_HOT: "That is one of several classes written out, for which softmax and cross-entropy are made: join the columns into one "
    "that names the class.",
    kinds.PROBABILITIES: "Cross-entropy takes a probability as its target, and its gradient at the logit is p − y also between 0 and 1.",
    kinds.CONSTANT: "There is nothing to learn: choose another column as the target.",
    kinds.IDENTIFIER: "It names the rows and follows from nothing: choose another column as the target, and leave this one out.",
}
_WHY_HUBER = "A few values lie far out, so Huber's loss, which grows only linearly there, keeps them from deciding everything."
_TITLES = {
    kinds.CONTINUOUS: "Numbers on a scale", kinds.COUNTS: "Counts", kinds.TWO_CLASSES: "Two classes", kinds.CLASSES: "Several classes",
    kinds.ORDERED: "Ordered classes", kinds.ONE_HOT: "One-hot columns", kinds.PROBABILITIES: "Probabilities",
    kinds.CONSTANT: "A constant", kinds.IDENTIFIER: "An identifier",
}  # fmt: skip
assert set(_TITLES) == set(_WHY) == set(_USUAL) == set(kinds.KINDS)
