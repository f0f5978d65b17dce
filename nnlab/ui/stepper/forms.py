"""The pictures of operations on tensors: which form the present moment has, from what its tensors are.

Images with a sliding window show what it sees, the filter, the products and the output's pixel; tokens show the matrices whose row and
column meet; an embedding its table with the row that was looked up. Every other operation on images or tokens shows them as they are;
vectors are rows of numbers (`nnlab.ui.stepper.matrix_forms`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from nnlab.core.explanation import ExplanationContext
from nnlab.core.operator import operators
from nnlab.core.tensor import Index
from nnlab.core.window_sum import WindowCells, WindowSum
from nnlab.core.windows import seen
from nnlab.graph.axes import TensorKind
from nnlab.ui.look.numbers import number
from nnlab.ui.stepper.elements import NamedAxis
from nnlab.ui.stepper.matrix_forms import AFFINE, Form, Matrix, name_in_words, rows_of, update_form
from nnlab.ui.stepper.model import TERM, StepModel

NEAR = 5  # rows of a long table that are shown on either side of the one that was looked up
LONG = 2 * NEAR + 2
NAMED = 24  # rows and columns that are numbered, at most
SIDE_BY_SIDE = 3  # matrices in one line
Drawing = Callable[[StepModel, ExplanationContext], Form | None]


def form_of(model: StepModel) -> Form | None:
    """The matrices of the present moment; every cell knows what it is called."""
    form = _form(model)
    if form is None:
        return None
    named = (m if m.axes or m.argument == TERM else replace(m, axes=model.layout(m.argument).axes) for m in form.matrices)
    return replace(form, matrices=tuple(named))


def _form(model: StepModel) -> Form | None:
    moment, instruction, graph = model.moment, model.instruction, model.graph
    if moment is None or instruction is None or graph is None or instruction.node_id not in graph:
        return None
    if instruction.parameter is not None:
        return update_form(moment)
    explanation = model.explanation
    if explanation is not None and explanation.window is not None:
        return _window_form(model, moment, explanation.window(moment))
    is_affine = instruction.operator in operators and operators[instruction.operator].is_affine
    vectors = all(np.ndim(values) < 3 for values in moment.after.values())
    if is_affine and moment.target in AFFINE and (vectors or moment.target not in TOKENS["dense"]):
        return AFFINE[moment.target](moment)
    tokens = TOKENS.get("dense" if is_affine else instruction.operator, {}).get(moment.target)
    form = tokens(model, moment) if tokens is not None else None
    return form or _as_they_are(model) or rows_of(model)


def letter(name: str, output: str = "y") -> str:
    r"""A tensor's name in LaTeX: \partial x for d_x, \mathrm{mask} for a word."""
    plain = name.removeprefix("d_")
    plain = {"y": output, "weight": "W", "bias": "b"}.get(plain, plain)
    symbol = plain if len(plain) == 1 else rf"\mathrm{{{plain.replace('_', ' ')}}}"
    return rf"\partial {symbol}" if name.startswith("d_") else symbol


def shown(model: StepModel, name: str, place: Index | None = None, output: str = "y") -> Matrix:
    """A tensor of the moment as what it is: the image or matrix at `place` of its leading axes (by default the chosen one)."""
    trace = model.trace
    assert trace is not None
    values, layout, index = np.asarray(trace.after[name]), model.layout(name), model.index(name)
    axes, words = layout.axes, tuple(axis.word for axis in layout.axes)
    operand = next(o for o in trace.instruction.operands if o.argument.name == name)
    said = f"{name_in_words(model, operand.tensor or name)}, {'written' if operand.written else 'read'}"
    first = 1 if layout.has_batch else 0
    if values.ndim - first < 2:  # a vector is one column, as tokens are
        lead = index[:first] if place is None else place
        column = values[lead].reshape(-1, 1)
        return Matrix(
            letter(name, output), said, column, name, lambda r, c: (*lead, r), min(index[-1], len(column) - 1), 0,
            written=operand.written, axes=axes, row_names=_names(len(column)),
        )  # fmt: skip
    lead = index[:-2] if place is None else place
    leading = zip(words[first:], lead[first:], axes[first:], strict=False)  # lead is the shortest
    note = ", ".join(f"{word} {k + 1}" for word, k, axis in leading if axis.length > 1)
    row, column_ = index[-2:]
    is_image = layout.kind is TensorKind.IMAGE
    return Matrix(
        letter(name, output), said, values[lead], name, lambda r, c: (*lead, r, c), row, column_, written=operand.written, note=note,
        axes=axes, row_names=() if is_image else _names(values.shape[-2]),
        column_names=() if is_image else _names(values.shape[-1]),
    )  # fmt: skip


def _names(count: int) -> tuple[str, ...]:
    return tuple(str(k + 1) for k in range(count)) if 1 < count <= NAMED else ()


# Sliding windows


def _window_form(model: StepModel, moment: ExplanationContext, terms: WindowSum) -> Form:
    """The window on its images, what it sees times what it is multiplied with, and the pixel that comes of it."""
    tensors = {**moment.after, **moment.before}
    sums = terms.sums(tensors)
    k = model.term(sums)
    left, right = terms.left(k), terms.right(k) if terms.right is not None else None
    output = "z" if terms.combined == "sum" else "y"
    products = terms.products(tensors, k)
    images = [_on_image(model, cells, output) for cells in (left, right) if cells is not None and not _is_whole(tensors, cells)]
    result = replace(shown(model, moment.target, moment.index[:-2], output), scale="result")
    seen = [_seen(tensors, cells, output) for cells in (left, right) if cells is not None]
    factors = (*seen, _products(products, terms)) if right is not None else (*seen,)
    if terms.combined == "max":
        best = int(np.argmax(np.nan_to_num(products, nan=np.inf)))
        at = divmod(best, products.shape[1])
        images = [replace(images[0], mark=(int(left.rows[at[0]]), int(left.columns[at[1]])))] if images else images
        factors = (replace(seen[0], row=at[0], column=at[1], note="the largest"),)
    elif terms.combined == "mean":
        factors = (replace(seen[0], note=f"mean {number(moment.result)}"),)
    lines: list[int] = []
    matrices: list[Matrix] = []
    signs: list[str] = []

    def line(of: Sequence[Matrix], between: Sequence[str]) -> None:
        lines.append(len(of))
        matrices.extend(of)
        signs.extend(between)

    if right is None and not images:
        line((*factors, result), ("", r"\sum \rightarrow"))
    else:
        line(factors, ("", r"\odot", "=")[: len(factors)])
        line((*images, result), ("", *[""] * (len(images) - 1), r"\rightarrow") if images else ("",))
    if terms.count > 1:
        line((_strip(terms, sums, k),), ("",))
    return Form(tuple(matrices), tuple(signs), description=_window_words(terms, k), lines=tuple(lines))


def _is_whole(tensors: dict[str, np.ndarray], cells: WindowCells) -> bool:
    """Whether the cells are their whole image, which then need not be shown a second time."""
    rows, columns = np.shape(tensors[cells.tensor])[-2:]
    return np.array_equal(cells.rows, np.arange(rows)) and np.array_equal(cells.columns, np.arange(columns))


def _on_image(model: StepModel, cells: WindowCells, output: str) -> Matrix:
    """The image that the cells are of, with their outline."""
    window = (0, 0, 0, 0)
    if cells.rows.size and cells.columns.size:
        top, left = int(cells.rows.min()), int(cells.columns.min())
        window = top, left, int(cells.rows.max()) - top + 1, int(cells.columns.max()) - left + 1
    return replace(shown(model, cells.tensor, cells.place, output), row=None, column=None, window=window if window[2] else None)


def _seen(tensors: dict[str, np.ndarray], cells: WindowCells, output: str) -> Matrix:
    values = cells.read(tensors)
    values = values if values.size else np.zeros((1, 1))

    def index(r: int, c: int) -> Index:
        height, width = np.shape(tensors[cells.tensor])[-2:]
        row, column = (int(places[at]) if len(places) else 0 for places, at in ((cells.rows, r), (cells.columns, c)))
        return (*cells.place, min(max(row, 0), height - 1), min(max(column, 0), width - 1))

    words = f"the cells of {cells.tensor} that count here; 0 in the padding"
    return Matrix(letter(cells.tensor, output), words, values, cells.tensor, index)


def _products(values: np.ndarray, terms: WindowSum) -> Matrix:
    values = values if values.size else np.zeros((1, 1))
    note = f"sum {number(float(values.sum()))}"
    return Matrix("", "every cell times its weight", values, TERM, lambda r, c: (), note=f"products, {note}")


def _strip(terms: WindowSum, sums: np.ndarray, k: int) -> Matrix:
    """One cell for every channel, sample or filter: what its products add up to."""
    words = f"sum of the products of every {terms.word}; a click shows those of another"
    return Matrix(
        "", words, sums.reshape(1, -1), TERM, lambda r, c: (c,), 0, k, axes=(NamedAxis(terms.word, terms.count),),
        note=f"sum for each {terms.word}: {terms.word} {k + 1} is shown",
    )  # fmt: skip


def _window_words(terms: WindowSum, k: int) -> str:
    if terms.combined == "sum" and terms.right is None:
        return f"The upstream gradients of {terms.word} {k + 1}; those of all {terms.count} add up."
    if terms.right is None:
        return "The cells under the window, and the pixel they give."
    return f"What the window sees of {terms.word} {k + 1}, times its weights; the products of all {terms.count} add up."


# Matrices of tokens


def _product_form(left: str, right: str, turned: str = "", output: str = "y", source: bool = False) -> Drawing:
    """The form of target = left right, both matrices; `turned` names the transposed one, `source` adds the node that each comes from."""

    def make(model: StepModel, m: ExplanationContext) -> Form | None:
        if np.ndim(m[left]) < 3:  # rows of samples, not of tokens
            return None
        *lead, row, column = m.index
        result = shown(model, m.target, output=output)
        factors = []
        for name, place in ((left, (row, None)), (right, (None, column))):
            matrix = shown(model, name, tuple(lead) if np.ndim(m[name]) > 2 else (), output)
            if source:
                matrix = replace(matrix, note=_node(model, name))
            if name == turned:
                matrix = _transposed(matrix)
            factors.append(replace(matrix, row=place[0], column=place[1]))
        return Form(
            (result, *factors), ("", "=", "·"), description="A row and a column are multiplied, number by number, and added up.", lines=(3,)
        )

    return make


def _node(model: StepModel, name: str) -> str:
    """The node that an operand belongs to: attention."""
    assert model.instruction is not None
    operand = next(o for o in model.instruction.operands if o.argument.name == name)
    return (operand.tensor or "").partition(".")[0]


def _transposed(matrix: Matrix) -> Matrix:
    swapped = matrix.index
    return replace(
        matrix, symbol=f"{matrix.symbol}^T", values=matrix.values.T, index=lambda r, c: swapped(c, r),
        row_names=matrix.column_names, column_names=matrix.row_names,
    )  # fmt: skip


def _dense_tokens(model: StepModel, m: ExplanationContext) -> Form | None:
    """All tokens of a sample through a dense layer: Z = X Wᵀ + b."""
    form = _product_form("x", "weight", turned="weight", output="z")(model, m)
    if form is None or "bias" not in m:
        return form
    bias = m["bias"][None, :]
    added = Matrix("b", "biases, added to every token", bias, "bias", lambda r, c: (c,), 0, m.index[-1])
    return replace(form, matrices=(*form.matrices, added), signs=(*form.signs, "+"), lines=(2, 2)) if bias.size else form


def _looked_up(model: StepModel, m: ExplanationContext) -> Form | None:
    """The numbers of a sample, the table with the row that the chosen one looks up, and the vectors that come of it."""
    weight = np.asarray(m["weight"])
    value = float(np.asarray(m["x"])[m.index[:-1]])
    row = int(value) if value.is_integer() and 0 <= value < len(weight) else None
    tokens, result = shown(model, "x", tuple(m.index[:-2])), shown(model, "y")
    if result.values.ndim != 2:
        return None
    table = _table(model, "weight", row)
    return Form(
        (replace(tokens, row=m.index[-2], column=0), replace(table, column=None), result), ("", r"\rightarrow", r"\rightarrow"),
        description="Every number looks up its row of the table; the row becomes its vector.", lines=(3,),
    )  # fmt: skip


def _table(model: StepModel, name: str, row: int | None) -> Matrix:
    """A table with one row for each number, those near `row` where it is long."""
    matrix = shown(model, name)
    count = len(matrix.values)
    first = 0 if count <= LONG else min(max((row or 0) - NEAR, 0), count - LONG)
    last = min(first + LONG, count)
    whole = matrix.index
    return replace(
        matrix, values=matrix.values[first:last], index=lambda r, c: whole(r + first, c), row=None if row is None else row - first,
        row_names=tuple(str(k) for k in range(first, last)), note="" if count <= LONG else f"rows {first} to {last - 1} of {count:,}",
    )  # fmt: skip


def _gathered(model: StepModel, m: ExplanationContext) -> Form | None:
    """The upstream gradients of all places that looked the row up, and the row they add up to."""
    entry, feature = m.index
    places = np.argwhere(np.asarray(m["x"]) == entry)[:LONG]
    upstream = np.asarray(m["d_y"])
    if not len(places):
        return Form((replace(_table(model, "d_weight", entry), column=feature),), ("",), lines=(1,))
    readers = [tuple(int(k) for k in place) for place in places]
    axes = model.layout("d_y").axes
    gathered = Matrix(
        r"\partial y", "upstream gradients of the places that read this row", np.array([upstream[place] for place in readers]), "d_y",
        lambda r, c: (*readers[r], c), None, feature, axes=axes,
        row_names=tuple(f"sample {place[0] + 1}" + (f", token {place[1] + 1}" if len(place) > 1 else "") for place in readers),
    )  # fmt: skip
    return Form(
        (gathered, replace(_table(model, "d_weight", entry), column=feature)), ("", r"\sum \rightarrow"),
        description="The gradients of all places that looked the row up add up.", lines=(2,),
    )  # fmt: skip


# Pooling


def _pooled_back(model: StepModel, m: ExplanationContext) -> Form | None:
    """From the windows that cover the explained cell back to it: one of them on both images, and where its maximum was."""
    graph, instruction = model.graph, model.instruction
    assert graph is not None and instruction is not None
    settings = graph[instruction.node_id].settings
    size, padding = int(settings["kernel_size"]), int(settings["padding"])
    stride = int(settings["stride"]) or size
    *lead, row, column = m.index
    picture, upstream = shown(model, "d_x", tuple(lead), "y"), shown(model, "d_y", tuple(lead), "y")
    down, across = (
        [place for place in range(count) if 0 <= cell + padding - place * stride < size]
        for cell, count in zip((row, column), upstream.values.shape, strict=True)
    )
    upstream = replace(upstream, row=None, column=None)
    if not down or not across:
        return Form((upstream, picture), ("", r"\rightarrow"), description="No window covers the cell.", lines=(2,))
    places = [(r, s) for r in down for s in across]
    width, largest = picture.values.shape[1], np.asarray(m["place"])[tuple(lead)] if "place" in m else None
    won = [place for place in places if largest is not None and largest[place] == row * width + column]
    r, s = (won or places)[0]
    rows, columns = (seen(k, size, stride, padding, length)[0] for k, length in zip((r, s), picture.values.shape, strict=True))
    height, wide = rows.stop - rows.start, columns.stop - columns.start
    maximum = None if largest is None else divmod(int(largest[r, s]), width)
    covering = f"{len(places)} windows cover the cell" if len(places) > 1 else "the window's gradient"
    upstream = replace(upstream, window=(down[0], across[0], len(down), len(across)), mark=(r, s), note=covering)
    picture = replace(picture, window=(rows.start, columns.start, height, wide), mark=maximum)
    at = WindowCells("d_x", tuple(lead), np.arange(height) + rows.start, np.arange(wide) + columns.start)
    cells = _seen({"d_x": m.after["d_x"]}, at, "y")
    under = "the marked cell was the largest" if maximum is not None else f"every cell receives 1/{size * size}"
    if maximum is None and not settings["count_include_pad"]:
        under = f"every cell receives 1/{height * wide}"
    cells = replace(cells, note=under, mark=None if maximum is None else (maximum[0] - rows.start, maximum[1] - columns.start))
    cells = replace(cells, row=row - rows.start, column=column - columns.start, written=True, axes=picture.axes)
    words = "The gradient of a window goes back to its largest cell alone." if maximum is not None else _SHARED
    return Form((cells, upstream, picture), ("", "", r"\rightarrow"), description=words, lines=(1, 2))


_SHARED = "The gradient of a window goes back to all of its cells in equal parts."

TOKENS: dict[str, dict[str, Drawing]] = {  # drawings, by operator and written tensor
    "dense": {"y": _dense_tokens, "d_x": _product_form("d_y", "weight", output="z")},
    "matmul": {
        "y": _product_form("a", "b", source=True),
        "d_a": _product_form("d_y", "b", turned="b"),
        "d_b": _product_form("a", "d_y", turned="a"),
    },
    "embedding": {"y": _looked_up, "d_weight": _gathered},
    "max_pool2d": {"d_x": _pooled_back},
    "average_pool2d": {"d_x": _pooled_back},
}


# Everything else


def _as_they_are(model: StepModel) -> Form | None:
    """Every tensor of the moment as the image or matrix it is; None where all are vectors."""
    trace, program, graph = model.trace, model.program, model.graph
    if trace is None or program is None or graph is None:
        return None
    kind = trace.instruction.kind or graph[trace.instruction.node_id].kind
    own = (o for o in trace.instruction.operands if o.tensor is not None and o.tensor not in program.scratch)
    names = [o.argument.name for o in own if isinstance(trace.after.get(o.argument.name), np.ndarray)]
    if not any(model.layout(name).has_batch and model.layout(name).kind in (TensorKind.MATRIX, TensorKind.IMAGE) for name in names):
        return None
    matrices = []
    for name in names:
        is_other = name != model.target and any(o.written and o.argument.name == name for o in trace.instruction.operands)
        if is_other or not model.layout(name).axes:
            continue
        matrix = shown(model, name)
        declared = kind.tensors.get(name.removeprefix("d_"))
        if declared is not None and declared.symbols[0].startswith("...") and len(declared.symbols) == 2 and not matrix.written:
            matrix = replace(matrix, column=None)  # an element depends on its whole row
        matrices.append(matrix)
    matrices.sort(key=lambda m: (m.written, m.values.size < 2))
    read = sum(not m.written for m in matrices)
    signs = [r"\rightarrow" if k == read and read else "" for k in range(len(matrices))]
    lines = (len(matrices),) if len(matrices) <= SIDE_BY_SIDE or not read else (read, len(matrices) - read)
    if len(lines) > 1:
        signs[read] = ""
    return Form(tuple(matrices), tuple(signs), description="The tensors read and written, as what they are.", lines=lines)
