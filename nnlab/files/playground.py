"""TensorFlow Playground and NN Lab: a project for an address, and the address of a project.

A pasted address gives the same network, data, seed and settings, in Playground's own arithmetic (`src/nn.ts` and `src/playground.ts`,
Smilkov, Carter et al., Apache License 2.0):

- Two classes are the numbers -1 and 1, the output unit is a tanh (a plain one for regression), and the error is half the squared
  error. Here: the data set's classes as numbers, and MSE with `half`.
- An update is w - η (mean of ∂E/∂w over the batch + λ r'(w)) with r = |w| or w²/2, for all weights and no bias. Here: plain SGD with the
  penalties l1 = λ, or l2 = λ/2, because ours is l2 w².
- Samples are shuffled once; every epoch then runs through them in the same order. Here: `shuffle` off.
- Weights start uniformly in -0.5 … 0.5, or at 0.

What is not the same to the bit: the random numbers (Playground's come from seedrandom, so the same seed gives other points and other
weights here, though always the same ones); biases start at 0, not 0.1; the last batch of an epoch may be smaller here, while there it
is completed from the next epoch; a weight that L1 drives across 0 stays there for good in Playground; and the loss shown here includes
the penalty.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

from nnlab.core.dataset import datasets
from nnlab.core.preparation import DERIVED_FEATURES, DataSettings
from nnlab.core.schedule import CONSTANT
from nnlab.core.setting import Value, check_settings
from nnlab.files.playground_address import FEATURES, Address, PlaygroundError, is_address, parse_address
from nnlab.files.project import Project
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph, Node
from nnlab.training.settings import TrainingSettings

__all__ = ["PlaygroundError", "is_address", "read_playground", "write_playground"]

EPOCHS = 200  # about what people let it run; the window runs until it is paused
DATASETS = {
    "circle": "circle", "xor": "xor", "gauss": "gaussians", "spiral": "spiral", "reg-plane": "plane", "reg-gauss": "multi_gaussian",
}  # fmt: skip
COLUMNS = dict(zip(FEATURES, ("x", "y", *DERIVED_FEATURES), strict=True))
LARGEST_SEED = 2**31 - 1


def read_playground(text: str) -> Project:
    """The project an address stands for; raises PlaygroundError in one sentence."""
    address = parse_address(text)
    seed = _seed(address.seed)
    columns = tuple(COLUMNS[name] for name in address.features)
    own = tuple(name for name in columns if name in ("x", "y"))
    is_classification = address.problem == "classification"
    given: dict[str, Value] = {"noise": address.noise}
    if is_classification:
        given["signed"] = True
    data = DataSettings(
        name=DATASETS[address.dataset if is_classification else address.regression_dataset],
        settings=given,
        seed=seed,
        validation_share=round(1.0 - address.training_share / 100.0, 12),
        inputs=() if own == ("x", "y") else own or columns,
        derived=tuple(name for name in columns if name not in own) if own else (),
    )
    training = TrainingSettings(
        "sgd", {}, address.learning_rate, address.batch_size, seed=seed, epochs=EPOCHS, shuffle=False
    )  # fmt: skip
    return Project(_graph(address), data, training)


def _graph(address: Address) -> Graph:
    builder = GraphBuilder()
    rate = address.regularization_rate
    common = {
        "init": "zeros" if address.zero_weights else "uniform_half",
        "l1": rate if address.regularization == "L1" else 0.0,
        "l2": rate / 2.0 if address.regularization == "L2" else 0.0,
    }
    layer = builder.input(features=len(address.features))
    for units in address.hidden:
        layer = builder.dense(layer, units=units, **common)
        if address.activation != "linear":
            layer = builder.node(address.activation, layer)
    layer = builder.dense(layer, units=1, **common)
    builder.mse(builder.tanh(layer) if address.problem == "classification" else layer, half=True)
    return builder.build()


def _seed(text: str) -> int:
    """Playground's seeds are five digits behind the point, "0.66230", which is our 66230; any other text gets a number of its own."""
    decimal = re.fullmatch(r"0?\.(\d{1,5})", text)
    if decimal:
        return int(decimal[1].ljust(5, "0"))
    if re.fullmatch(r"[1-9]\d{0,9}", text) and int(text) <= LARGEST_SEED:
        return int(text)
    return zlib.crc32(text.encode()) & LARGEST_SEED if text else 0


def write_playground(project: Project) -> str:
    """The address under which TensorFlow Playground shows this network, its data and settings.

    Raises PlaygroundError with the first thing that Playground has not.
    """
    training, data = project.training, project.data
    playground_name = {ours: theirs for theirs, ours in DATASETS.items()}.get(data.name)
    if playground_name is None:
        title = datasets[data.name].title
        raise PlaygroundError(
            f"TensorFlow Playground does not have the data “{title}”; it has {_list([datasets[n].title for n in DATASETS.values()])}."
        )
    is_classification = not playground_name.startswith("reg-")
    _check_data(data, is_classification)
    _check_training(training)
    hidden, activation, loss = _layers(project.graph, is_classification)
    dense = [node for node in project.graph.nodes if node.operator == "dense"]
    if without := next((node.id for node in dense if not node.settings["bias"]), None):
        raise PlaygroundError(f"TensorFlow Playground's units all have a bias; {without} has none.")
    # Its error is half the squared error: without the half, steps are twice as long, and so the penalties count half as much.
    factor = 1.0 if loss.settings["half"] else 2.0
    regularization, rate = _regularization(dense)
    names = {column: name for name, column in COLUMNS.items()}
    columns = dict.fromkeys((*(data.inputs or ("x", "y")), *data.derived))
    return Address(
        activation=activation or "tanh",
        regularization=regularization,
        batch_size=training.batch_size,
        learning_rate=training.learning_rate * factor,
        regularization_rate=rate / factor,
        noise=float(data.settings.get("noise", 0.0)),
        hidden=tuple(int(node.settings["units"]) for node in hidden),
        seed=f"0.{data.seed:05d}" if data.seed < 100_000 else str(data.seed),
        training_share=round(100.0 * (1.0 - data.validation_share), 10),
        features=tuple(name for name in FEATURES if name in {names[column] for column in columns}),
        problem="classification" if is_classification else "regression",
        zero_weights=all(node.settings["init"] == "zeros" for node in dense),
        **{"dataset" if is_classification else "regression_dataset": playground_name},
    ).text


def _check_data(data: DataSettings, is_classification: bool) -> None:
    dataset = datasets[data.name]
    settings = check_settings(dataset.settings, data.settings, dataset.title)
    samples = next(setting.default for setting in dataset.settings if setting.name == "samples")
    if is_classification and not settings["signed"]:
        raise PlaygroundError("TensorFlow Playground trains classes as the numbers −1 and 1; switch “Numbers −1, 1” on in the data.")
    if settings["samples"] != samples:
        raise PlaygroundError(f"TensorFlow Playground always makes {samples} points of this kind, not {settings['samples']}.")
    if data.standardize:
        raise PlaygroundError("TensorFlow Playground does not standardise its inputs; switch that off in the data.")


def _check_training(training: TrainingSettings) -> None:
    checked = training.checked()
    defaults = TrainingSettings("sgd").checked().optimizer_settings
    if checked.optimizer != "sgd" or checked.optimizer_settings != defaults or checked.schedule != CONSTANT:
        raise PlaygroundError(
            "TensorFlow Playground trains with plain SGD and a constant learning rate; choose these in the training panel."
        )


def _layers(graph: Graph, is_classification: bool) -> tuple[list[Node], str, Node]:
    """(hidden dense layers, their activation, the loss); raises PlaygroundError when the graph is no such network."""
    chain = _chain(graph)
    loss = chain[-1]
    middle = chain[1:-1]
    if loss.operator != "mse":
        raise PlaygroundError(f"TensorFlow Playground trains with the squared error, not with {loss.kind.title}; use MSE.")
    if is_classification and (not middle or middle[-1].operator != "tanh"):
        raise PlaygroundError("The output of TensorFlow Playground's classifiers is a tanh; add one between the last layer and the loss.")
    body = middle[:-1] if is_classification else middle
    layers: list[tuple[Node, str]] = []
    for node in body:
        if node.operator == "dense":
            layers.append((node, ""))
        elif layers and not layers[-1][1] and node.operator in ("relu", "tanh", "sigmoid"):
            layers[-1] = (layers[-1][0], node.operator)
        else:
            raise PlaygroundError(f"TensorFlow Playground has dense layers with ReLU, tanh or sigmoid only; it cannot show {node.id}.")
    if not layers or layers[-1][1] or layers[-1][0].settings["units"] != 1:
        raise PlaygroundError("TensorFlow Playground's networks end in a dense layer of one unit; this one does not.")
    hidden = layers[:-1]
    activations = {activation or "linear" for _, activation in hidden}
    if len(activations) > 1:
        raise PlaygroundError(
            f"TensorFlow Playground has one activation for all hidden layers; this network has {_list(sorted(activations))}."
        )
    return [node for node, _ in hidden], next(iter(activations), ""), loss


def _chain(graph: Graph) -> list[Node]:
    """The nodes from the input to the loss, one behind the other; raises PlaygroundError where the graph is no such chain."""
    if len(graph.input_nodes) != 1 or len(graph.losses) != 1:
        raise PlaygroundError("TensorFlow Playground needs a finished network; this one has no input or no loss, or several.")
    found = [graph.input_nodes[0]]
    while graph.outgoing(found[-1].id):
        edges = graph.outgoing(found[-1].id)
        following = graph[edges[0].target]
        if len(edges) > 1 or len(graph.incoming(following.id)) > 1 or following in found:
            raise PlaygroundError(f"TensorFlow Playground's layers follow one another; it cannot show the branch at {found[-1].id}.")
        found.append(following)
    if len(found) < len(graph) or not found[-1].kind.is_loss:
        raise PlaygroundError(
            "TensorFlow Playground shows one chain of layers; some nodes here are not part of the one that starts at the input."
        )
    frozen = [node.id for node in found if node.frozen]
    if frozen:
        raise PlaygroundError(f"TensorFlow Playground trains every layer; {frozen[0]} is frozen.")
    return found


def _regularization(dense: Sequence[Node]) -> tuple[str, float]:
    """("none", "L1" or "L2", Playground's rate) of all dense layers; raises PlaygroundError when they differ."""
    rates = {(float(node.settings["l1"]), float(node.settings["l2"])) for node in dense}
    l1, l2 = max(rates)
    if len(rates) > 1 or (l1 and l2):
        raise PlaygroundError("TensorFlow Playground has one penalty, L1 or L2, for all layers alike; these have several.")
    return ("L1", l1) if l1 else ("L2", 2.0 * l2) if l2 else ("none", 0.0)


def _list(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
