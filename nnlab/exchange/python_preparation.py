"""The preparation as Python that needs NumPy alone: `prepare(rows)` and `read(outputs)` of an exported file."""

from __future__ import annotations

import json

from nnlab.core.fitted_preparation import CategoryInput, FunctionInput, MissingInput, NumberInput, Preparation, RankInput
from nnlab.exchange.model import Model

_FUNCTIONS = {
    "x2": "{x} * {x}", "y2": "{y} * {y}", "xy": "{x} * {y}", "sin_x": "np.sin({x})", "sin_y": "np.sin({y})",
}  # fmt: skip


def preparation_source(model: Model) -> str:
    """Constants and functions; `rows` is a mapping or DataFrame of columns, or an array (rows, columns) in the order of COLUMNS."""
    preparation = model.preparation
    names = [column.name for column in preparation.columns]
    parts = [
        f"COLUMNS = {_names(names)}  # of a raw row\n",
        f"{'CLASSES' if preparation.target.classes else 'TARGETS'} = {_names(list(preparation.target.names))}\n",
        f"MEAN = np.array({_numbers([step.mean for step in preparation.steps])})  # of every input over the training rows\n",
        f"SCALE = np.array({_numbers([step.scale for step in preparation.steps])})\n\n\n",
        _prepare(preparation),
        "\n\n",
        _read(model),
    ]
    return "".join(parts)


def _prepare(preparation: Preparation) -> str:
    lines = [
        "def prepare(rows):",
        '    """The network\'s inputs (rows, inputs) of raw rows: columns by name, or an array (rows, columns) in the order of COLUMNS."""',
        '    if not hasattr(rows, "keys"):',
        "        rows = {name: np.asarray(rows)[:, k] for k, name in enumerate(COLUMNS)}",
    ]
    steps = preparation.steps
    if all(isinstance(step, NumberInput) and step.fill is None for step in steps):
        order = [step.column for step in steps]  # type: ignore[union-attr]
        same = order == [column.name for column in preparation.columns]
        which = "COLUMNS" if same else _names(order)
        lines.append(f"    inputs = np.stack([np.asarray(rows[name], dtype=np.float64) for name in {which}], axis=1)")
    else:
        texts = {column.name for column in preparation.columns if column.is_text}
        lines.append("    rows = {name: np.asarray(values) for name, values in rows.items()}")
        lines.append("    inputs = np.stack([")
        lines += [f"        {_expression(step, texts)}," for step in steps]
        lines.append("    ], axis=1).astype(np.float64)")
    lines.append("    return (inputs - MEAN) / SCALE")
    return "\n".join(lines) + "\n"


def _expression(step: object, texts: set[str]) -> str:
    def column(name: str) -> str:
        return f"rows[{json.dumps(name)}]" + ("" if name in texts else ".astype(np.float64)")

    match step:
        case NumberInput(column=name, fill=None):
            return column(name)
        case NumberInput(column=name, fill=fill):
            return f"np.where(np.isnan({column(name)}), {fill!r}, {column(name)})"
        case MissingInput(column=name):
            return f'{column(name)} == ""' if name in texts else f"np.isnan({column(name)})"
        case CategoryInput(column=name, category=category, takes_missing=takes_missing):
            same = f"{column(name)} == {json.dumps(category)}"
            return f'({same}) | ({column(name)} == "")' if takes_missing else same
        case RankInput(column=name, categories=categories):
            return f"sum(k * ({column(name)} == category) for k, category in enumerate({_names(list(categories))}))"
        case FunctionInput(function=function, x=x, y=y):
            return _FUNCTIONS[function].format(x=column(x), y=column(y))
    raise TypeError(f"no Python for {type(step).__name__}")


def _read(model: Model) -> str:
    target, link, preparation = model.preparation.target, model.link, model.preparation
    lines = ["def read(outputs):"]
    if not target.classes:
        lines.append('    """Predictions in the target\'s unit (rows, targets) of the network\'s outputs."""')
        lines.append("    outputs = np.asarray(outputs, dtype=np.float64)")
        if link == "sigmoid":
            lines.append("    outputs = 0.5 * (1.0 + np.tanh(0.5 * outputs))")
        if preparation.target_scale:
            lines.append(f"    return outputs * np.array({list(preparation.target_scale)}) + np.array({list(preparation.target_mean)})")
        else:
            lines.append("    return outputs")
        return "\n".join(lines) + "\n"
    lines.append('    """(names of classes, probabilities (rows, classes)) of the network\'s outputs."""')
    lines.append("    outputs = np.asarray(outputs, dtype=np.float64)")
    single = int(model.outputs.shape[1]) == 1
    if link == "identity":
        lines.append("    shares = np.clip(outputs, 0.0, 1.0)")
    elif single:
        lines.append("    shares = 0.5 * (1.0 + np.tanh(0.5 * outputs))")
    else:
        lines.append("    powers = np.exp(outputs - outputs.max(axis=1, keepdims=True))")
        lines.append("    shares = powers / powers.sum(axis=1, keepdims=True)")
    if single:
        lines.append("    shares = np.concatenate([1.0 - shares, shares], axis=1)")
        lines.append(f"    chosen = (outputs[:, 0] > {0.5 if link == 'identity' else 0.0}).astype(int)")
    else:
        lines.append("    chosen = outputs.argmax(axis=1)")
    lines.append("    return [CLASSES[k] for k in chosen], shares")
    return "\n".join(lines) + "\n"


def _names(names: list[str]) -> str:
    return json.dumps(names, ensure_ascii=True)


def _numbers(numbers: list[float]) -> str:
    return "[" + ", ".join(repr(float(number)) for number in numbers) + "]"
