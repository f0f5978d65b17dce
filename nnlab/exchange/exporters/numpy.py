"""A NumPy-only file: the whole model, numbers included, as one readable Python file for small devices and lessons.

Every layer is a line; what a layer computes is a short function above, and only the functions that are needed are there. The file has been
run and compared before it is called done.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from nnlab import __version__
from nnlab.core.atomic import write_atomically
from nnlab.exchange.exporter import Exporter, refuse, register
from nnlab.exchange.model import Model, require_same
from nnlab.exchange.python_preparation import preparation_source
from nnlab.exchange.torch_names import identifiers
from nnlab.graph.graph import Node
from nnlab.jobs.context import TaskContext

MOST_WRITTEN = 64  # numbers of a parameter that stand in the text one by one; more are packed, four bytes each

FUNCTIONS: Mapping[str, str] = {
    "windows": """
def windows(x, size, stride, padding, value):
    \"\"\"All windows (rows, channels, heights, widths, size, size) of images x (rows, channels, height, width).\"\"\"
    border = ((0, 0), (0, 0), (padding, padding), (padding, padding))
    x = np.pad(x, border, constant_values=value)
    return np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]
""",
    "softmax": """
def softmax(x):
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
""",
    "log_softmax": """
def log_softmax(x):
    x = x - x.max(axis=-1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))
""",
    "sigmoid": """
def sigmoid(x):
    return 0.5 * (1.0 + np.tanh(0.5 * x))
""",
    "gelu": """
def gelu(x):
    below = 0.5 * (1.0 + np.vectorize(math.erf)(x / math.sqrt(2.0)))  # the share of a normal distribution below x
    return (x * below).astype(x.dtype)
""",
    "softplus": """
def softplus(x, beta, threshold):
    return np.where(beta * x > threshold, x, np.log1p(np.exp(np.minimum(beta * x, threshold))) / beta)
""",
    "elu": """
def elu(x, alpha):
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))
""",
    "layer_norm": """
def layer_norm(x, gain, shift, eps):
    deviation = np.sqrt(x.var(axis=-1, keepdims=True) + eps)
    return gain * (x - x.mean(axis=-1, keepdims=True)) / deviation + shift
""",
    "batch_norm": """
def batch_norm(x, gain, shift, mean, variance, eps):
    gain, shift, mean, variance = (v.reshape(-1, *[1] * (x.ndim - 2)) for v in (gain, shift, mean, variance))
    return gain * (x - mean) / np.sqrt(variance + eps) + shift
""",
    "conv2d": """
def conv2d(x, weight, bias, stride, padding):
    parts = windows(x, weight.shape[-1], stride, padding, 0.0)
    return np.einsum("nchwij,fcij->nfhw", parts, weight, optimize=True) + np.reshape(bias, (-1, 1, 1))
""",
    "max_pool2d": """
def max_pool2d(x, size, stride, padding):
    return windows(x, size, stride, padding, -np.inf).max(axis=(-2, -1))
""",
    "average_pool2d": """
def average_pool2d(x, size, stride, padding, count_padding):
    total = windows(x, size, stride, padding, 0.0).sum(axis=(-2, -1))
    cells = windows(np.ones_like(x), size, stride, padding, 1.0 if count_padding else 0.0).sum(axis=(-2, -1))
    return total / cells
""",
}
_NEEDS = {"conv2d": ("windows",), "max_pool2d": ("windows",), "average_pool2d": ("windows",)}

LayerLine = Callable[[Mapping[str, Any], list[str], str], str]  # settings, the names of what is read, and that of the layer
LINES: Mapping[str, LayerLine] = {
    "dense": lambda s, x, n: f"{x[0]} @ {n}_weight.T" + (f" + {n}_bias" if s["bias"] else ""),
    "embedding": lambda s, x, n: f"{n}_weight[{x[0]}.astype(int)]",
    "layer_norm": lambda s, x, n: f"layer_norm({x[0]}, {n}_gain, {n}_shift, {s['eps']!r})",
    "batch_norm": lambda s, x, n: (
        f"batch_norm({x[0]}, {n}_gain, {n}_shift, {n}_running_mean, {n}_running_variance, {s['eps']!r})"
    ),
    "dropout": lambda s, x, n: f"{x[0]}  # dropout: only while training",
    "relu": lambda s, x, n: f"np.maximum({x[0]}, 0)",
    "leaky_relu": lambda s, x, n: f"np.where({x[0]} > 0, {x[0]}, {s['negative_slope']!r} * {x[0]})",
    "tanh": lambda s, x, n: f"np.tanh({x[0]})",
    "sigmoid": lambda s, x, n: f"sigmoid({x[0]})",
    "softmax": lambda s, x, n: f"softmax({x[0]})",
    "log_softmax": lambda s, x, n: f"log_softmax({x[0]})",
    "prelu": lambda s, x, n: f"np.where({x[0]} > 0, {x[0]}, {n}_weight * {x[0]})",
    "elu": lambda s, x, n: f"elu({x[0]}, {s['alpha']!r})",
    "selu": lambda s, x, n: f"1.0507009873554805 * elu({x[0]}, 1.6732632423543772)",
    "gelu": lambda s, x, n: f"gelu({x[0]})",
    "silu": lambda s, x, n: f"{x[0]} * sigmoid({x[0]})",
    "softplus": lambda s, x, n: f"softplus({x[0]}, {s['beta']!r}, {s['threshold']!r})",
    "hard_tanh": lambda s, x, n: f"np.clip({x[0]}, {s['min_val']!r}, {s['max_val']!r})",
    "sine": lambda s, x, n: f"np.sin({s['omega']!r} * {x[0]})",
    "conv2d": lambda s, x, n: f"conv2d({x[0]}, {n}_weight, {f'{n}_bias' if s['bias'] else '0'}, {s['stride']}, {s['padding']})",
    "max_pool2d": lambda s, x, n: f"max_pool2d({x[0]}, {s['kernel_size']}, {s['stride'] or s['kernel_size']}, {s['padding']})",
    "average_pool2d": lambda s, x, n: (
        f"average_pool2d({x[0]}, {s['kernel_size']}, {s['stride'] or s['kernel_size']}, {s['padding']}, {bool(s['count_include_pad'])})"
    ),
    "add": lambda s, x, n: " + ".join(x),
    "multiply": lambda s, x, n: " * ".join(x),
    "subtract": lambda s, x, n: f"{x[0]} - {x[1]}",
    "matmul": lambda s, x, n: f"{x[0]} @ {x[1]}",
    "concat": lambda s, x, n: f"np.concatenate([{', '.join(x)}], axis=-1)",
    "identity": lambda s, x, n: x[0],
    "scale": lambda s, x, n: f"{s['factor']!r} * {x[0]}",
    "rescale": lambda s, x, n: f"{s['factor']!r} * {x[0]} + {s['offset']!r}",
    "slice": lambda s, x, n: f"{x[0]}[..., {s['start']}:{s['stop'] or ''}]",
    "transpose": lambda s, x, n: f"np.swapaxes({x[0]}, -2, -1)",
    "reshape": lambda s, x, n: f"{x[0]}.reshape(len({x[0]}), {', '.join(str(s['shape']).replace(',', ' ').split())})",
    "flatten": lambda s, x, n: f"{x[0]}.reshape(len({x[0]}), -1)",
}


def write(model: Model, path: Path, job: TaskContext) -> tuple[str, ...]:
    job.report(0, 3, "Writing the source")
    text = source(model)
    job.report(1, 3, "Comparing outputs")
    sentence = require_same(model.outputs, outputs_of(text, model), path)
    job.report(2, 3, "Writing the file")
    write_atomically(path, lambda file: file.write(text.encode()))
    return (sentence,)


def outputs_of(text: str, model: Model) -> np.ndarray:
    """What the source computes for the model's rows."""
    space: dict[str, Any] = {"__name__": "exported"}
    exec(compile(text, "exported.py", "exec"), space)  # our own text
    return np.asarray(space["outputs"](model.rows))


def source(model: Model) -> str:
    """The file's text. Raises GraphError naming all nodes it has no words for."""
    refuse("NumPy source", (node for node in model.nodes if not node.kind.is_input and node.operator not in LINES))
    names = {node: f"{name}_" if name in _reserved(model) else name for node, name in identifiers(n.id for n in model.graph).items()}
    steps = []
    for node in model.nodes:
        if node.kind.is_input:
            steps.append(f"{names[node.id]} = x")
        else:
            sources = [names[other] for other in model.sources(node)]
            steps.append(f"{names[node.id]} = {LINES[node.operator](node.settings, sources, names[node.id])}")
    shape = model.shapes[model.output]
    last = names[model.output]
    steps.append(f"return {last}" if len(shape) == 1 else f"return {last}.reshape(len({last}), -1)")
    parameters = "".join(_parameter(f"{names[node.id]}_{name}", values) for node in model.nodes for name, values in _own(model, node))
    indent = "\n    "
    return f'''"""{_comment(model)}"""

import base64
import math

import numpy as np


def numbers(text, shape):
    """A parameter that is packed as text: four bytes a number, float32."""
    return np.frombuffer(base64.b64decode(text), "<f4").reshape(shape)


{preparation_source(model)}

{parameters}
{_functions(model)}

def network(x):
    """From prepared inputs (rows, {len(model.preparation.steps)}) to outputs (rows, {int(np.prod(shape))})."""
    {indent.join(steps)}


def outputs(rows):
    """The network's own outputs of raw rows."""
    return network(prepare(rows).astype(np.{model.session.dtype}))


def predict(rows):
    """What the network says of raw rows; see read."""
    return read(outputs(rows))
'''


def _reserved(model: Model) -> set[str]:
    return {*FUNCTIONS, "numbers", "network", "outputs", "predict", "prepare", "read", "base64", "math", "rows"}


def _functions(model: Model) -> str:
    needed: dict[str, None] = {}
    for node in model.nodes:
        name = "elu" if node.operator == "selu" else "sigmoid" if node.operator == "silu" else node.operator
        needed |= dict.fromkeys((*_NEEDS.get(name, ()), name) if name in FUNCTIONS else ())
    return "\n".join(FUNCTIONS[name] for name in needed)


def _own(model: Model, node: Node) -> list[tuple[str, np.ndarray]]:
    prefix = f"{node.id}."
    return [(name.removeprefix(prefix), values) for name, values in model.parameters.items() if name.startswith(prefix)]


def _parameter(name: str, values: np.ndarray) -> str:
    if values.dtype != np.float32 or values.size <= MOST_WRITTEN:
        written = ", ".join(repr(number) for number in values.ravel().tolist())
        shape = f".reshape({values.shape})" if values.ndim > 1 else ""
        return f"{name} = np.array([{written}], np.{values.dtype}){shape}\n"
    return f"{name} = numbers({base64.b64encode(values.astype('<f4').tobytes()).decode()!r}, {values.shape})\n"


def _comment(model: Model) -> str:
    name = "".join(letter for letter in model.name if letter.isalnum() or letter in " _-.")
    trained = "trained" if model.is_trained else "not trained yet"
    return f"""The network {name}, {trained}, exported by NN Lab {__version__}; it needs NumPy alone.

    predict(rows)   # rows: columns by name (a DataFrame), or an array (rows, columns) in the order of COLUMNS
"""


register(
    Exporter(
        name="numpy",
        title="NumPy source",
        suffix=".py",
        description="One readable Python file with all numbers in it, which needs NumPy alone: for small devices and lessons.",
        write=write,
    )
)
