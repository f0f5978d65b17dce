"""PyTorch source: one readable file with a module of named layers, and safetensors beside it with the names of its state_dict.

The file prepares raw rows, predicts, and has the loss and the optimiser to train on with the same settings. It is plain text made from
the graph; where PyTorch is installed it has been run and compared before it is called done.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from nnlab import __version__
from nnlab.core.atomic import write_atomically
from nnlab.core.tensor_file import write_tensors
from nnlab.exchange.exporter import Exporter, refuse, register
from nnlab.exchange.model import Model, require_same
from nnlab.exchange.python_preparation import preparation_source
from nnlab.exchange.torch_names import identifiers, state_dict
from nnlab.exchange.torch_training import training_source
from nnlab.graph.graph import Node
from nnlab.jobs.context import TaskContext

# A layer's module, from its settings and the shape of its input without the batch.
MODULES: Mapping[str, Callable[[Mapping[str, Any], tuple[int, ...]], str]] = {
    "dense": lambda s, x: f"nn.Linear({x[-1]}, {s['units']}{'' if s['bias'] else ', bias=False'})",
    "embedding": lambda s, x: f"nn.Embedding({s['vocabulary']}, {s['features']})",
    "layer_norm": lambda s, x: f"nn.LayerNorm({x[-1]}, eps={s['eps']!r})",
    "batch_norm": lambda s, x: f"nn.BatchNorm{max(len(x) - 1, 1)}d({x[0]}, eps={s['eps']!r}, momentum={s['momentum']!r})",
    "dropout": lambda s, x: f"nn.Dropout({s['p']!r})",
    "relu": lambda s, x: "nn.ReLU()",
    "leaky_relu": lambda s, x: f"nn.LeakyReLU({s['negative_slope']!r})",
    "tanh": lambda s, x: "nn.Tanh()",
    "sigmoid": lambda s, x: "nn.Sigmoid()",
    "softmax": lambda s, x: "nn.Softmax(dim=-1)",
    "log_softmax": lambda s, x: "nn.LogSoftmax(dim=-1)",
    "prelu": lambda s, x: "nn.PReLU()",
    "elu": lambda s, x: f"nn.ELU({s['alpha']!r})",
    "selu": lambda s, x: "nn.SELU()",
    "gelu": lambda s, x: "nn.GELU()",
    "silu": lambda s, x: "nn.SiLU()",
    "softplus": lambda s, x: f"nn.Softplus({s['beta']!r}, {s['threshold']!r})",
    "hard_tanh": lambda s, x: f"nn.Hardtanh({s['min_val']!r}, {s['max_val']!r})",
    "conv2d": lambda s, x: (
        f"nn.Conv2d({x[0]}, {s['filters']}, {s['kernel_size']}, stride={s['stride']}, padding={s['padding']}"
        f"{'' if s['bias'] else ', bias=False'})"
    ),
    "max_pool2d": lambda s, x: f"nn.MaxPool2d({s['kernel_size']}, stride={s['stride'] or s['kernel_size']}, padding={s['padding']})",
    "average_pool2d": lambda s, x: (
        f"nn.AvgPool2d({s['kernel_size']}, stride={s['stride'] or s['kernel_size']}, padding={s['padding']}, "
        f"count_include_pad={bool(s['count_include_pad'])})"
    ),
    "flatten": lambda s, x: "nn.Flatten()",
    "identity": lambda s, x: "nn.Identity()",
}
# What needs no module: an expression of its inputs.
EXPRESSIONS: Mapping[str, Callable[[Mapping[str, Any], list[str]], str]] = {
    "sine": lambda s, x: f"torch.sin({s['omega']!r} * {x[0]})",
    "add": lambda s, x: " + ".join(x),
    "multiply": lambda s, x: " * ".join(x),
    "subtract": lambda s, x: f"{x[0]} - {x[1]}",
    "matmul": lambda s, x: f"{x[0]} @ {x[1]}",
    "concat": lambda s, x: f"torch.cat([{', '.join(x)}], dim=-1)",
    "scale": lambda s, x: f"{s['factor']!r} * {x[0]}",
    "rescale": lambda s, x: f"{s['factor']!r} * {x[0]} + {s['offset']!r}",
    "slice": lambda s, x: f"{x[0]}[..., {s['start']}:{s['stop'] or ''}]",
    "transpose": lambda s, x: f"{x[0]}.transpose(-2, -1)",
    "reshape": lambda s, x: f"{x[0]}.reshape(len({x[0]}), {', '.join(str(s['shape']).replace(',', ' ').split())})",
}


def write(model: Model, path: Path, job: TaskContext) -> tuple[str, ...]:
    """Writes `path` and, beside it, the safetensors of the same name."""
    job.report(0, 3, "Writing the source")
    weights = path.with_suffix(".safetensors")
    text = source(model, weights.name)
    compile(text, path.name, "exec")
    tensors = state_dict(model.graph, _needed(model))
    said = "not compared here, because PyTorch is not installed"
    if importlib.util.find_spec("torch") is not None:
        job.report(1, 3, "Comparing outputs")
        said = "in PyTorch " + require_same(model.outputs, outputs_of(text, tensors, model), path)
    job.report(2, 3, "Writing the files")
    content = write_tensors(tensors, {"format": "pt"})
    write_atomically(weights, lambda file: file.write(content))
    write_atomically(path, lambda file: file.write(text.encode()))
    return said, f"weights in {weights.name}"


def outputs_of(text: str, tensors: Mapping[str, np.ndarray], model: Model) -> np.ndarray:
    """What the source computes for the model's rows, run by the PyTorch that is installed."""
    import torch

    space: dict[str, Any] = {"__name__": "exported", "__file__": "exported.py"}
    exec(compile(text, "exported.py", "exec"), space)  # our own text, a line above
    network = space["Network"]()
    network.load_state_dict({name: torch.from_numpy(values.copy()) for name, values in tensors.items()})
    return np.asarray(space["outputs"](network.eval(), model.rows))


def _needed(model: Model) -> dict[str, np.ndarray]:
    kept = {node.id for node in model.nodes}
    found = {name: values for name, values in model.parameters.items() if name.partition(".")[0] in kept}
    counts = {f"{node.id}.num_batches_tracked": np.array(model.session.iteration) for node in model.nodes if node.operator == "batch_norm"}
    return found | counts


def _statements(model: Model, names: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """One statement for each layer that __init__ makes, and one for each node in forward."""
    made, steps = [], []
    for node in model.nodes:
        if node.kind.is_input:
            steps.append(f"{names[node.id]} = x")
            continue
        sources = [names[other] for other in model.sources(node)]
        first = model.shapes[model.sources(node)[0]]
        steps.append(f"{names[node.id]} = {_call(node, names[node.id], sources)}")
        if node.operator in MODULES:
            made.append(f"self.{names[node.id]} = {MODULES[node.operator](node.settings, first)}{_freeze(node)}")
    return made, steps


def source(model: Model, weights: str) -> str:
    """The file's text. Raises GraphError naming all nodes that PyTorch's modules do not know."""
    known = {*MODULES, *EXPRESSIONS}
    refuse("PyTorch source", (node for node in model.nodes if not node.kind.is_input and node.operator not in known))
    names = identifiers(node.id for node in model.graph)
    made, steps = _statements(model, names)
    last = names[model.output]
    real = "float32" if model.session.dtype == "float32" else "float64"
    shape = model.shapes[model.output]
    steps.append(f"return {last}" + ("" if len(shape) == 1 else ".flatten(start_dim=1)"))
    wide = "" if real == "float32" else "\n        self.double()"
    indent = "\n        "
    return f'''"""{_comment(model, Path(weights).stem)}"""

from pathlib import Path

import numpy as np
import torch
from torch import nn

WEIGHTS = Path(__file__).with_name({weights!r})


class Network(nn.Module):
    """From prepared inputs (rows, {len(model.preparation.steps)}) to outputs (rows, {int(np.prod(shape))})."""

    def __init__(self):
        super().__init__(){indent if made else ""}{indent.join(made)}{wide}

    def forward(self, x):
        {indent.join(steps)}


{preparation_source(model)}

def load():
    """The trained network; needs the package safetensors."""
    from safetensors.torch import load_file

    network = Network()
    network.load_state_dict(load_file(WEIGHTS))
    return network.eval()


def outputs(network, rows):
    """The network's own outputs of raw rows, as an array (rows, outputs)."""
    with torch.no_grad():
        return network(torch.as_tensor(prepare(rows), dtype=torch.{real})).numpy()


def predict(network, rows):
    """What the network says of raw rows; see read."""
    return read(outputs(network, rows))


{training_source(model)}'''


def _call(node: Node, name: str, sources: list[str]) -> str:
    if node.operator in EXPRESSIONS:
        return EXPRESSIONS[node.operator](node.settings, sources)
    read = f"{sources[0]}.long()" if node.operator == "embedding" else sources[0]
    return f"self.{name}({read})"


def _freeze(node: Node) -> str:
    return ".requires_grad_(False)" if node.is_frozen else ""


def _comment(model: Model, file: str) -> str:
    name = "".join(letter for letter in model.name if letter.isalnum() or letter in " _-.")
    trained = "trained" if model.is_trained else "not trained yet"
    return f"""The network {name}, {trained}, exported by NN Lab {__version__}.

    import {"".join(letter if letter.isalnum() else "_" for letter in file)} as model
    network = model.load()
    model.predict(network, rows)   # rows: columns by name (a DataFrame), or an array (rows, columns)
"""


register(
    Exporter(
        name="torch",
        title="PyTorch source",
        suffix=".py",
        description="A readable module with named layers, weights as safetensors beside it, the same loss and optimiser to train on.",
        write=write,
    )
)
