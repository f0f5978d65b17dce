"""Ready tasks to fine-tune for: a network that has learned one task, and another task that it has not seen.

Each is made of ordinary projects: `base_project` learns the old task, `task_project` the new one from the base's weights, with all
parameters, with the last layer alone, or with adapters. What the study runs is these projects, so one can be opened and goes the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from nnlab.core.errors import NNLabError, shown
from nnlab.core.preparation import Data, DataSettings, prepare
from nnlab.graph import edits
from nnlab.graph.adapters import adaptable, attach
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.graph.layers import is_layer, output_layer
from nnlab.graph.mlp import HiddenLayer, end, hidden_layer
from nnlab.graph.validation import infer
from nnlab.jobs.context import TaskContext
from nnlab.training.base_weights import base_sha256
from nnlab.training.complete_run import prepare_run, steps_of_epochs, train
from nnlab.training.initial_weights import InitialWeights
from nnlab.training.project import Project
from nnlab.training.settings import TrainingSettings

BASE, FULL, HEAD, LORA = METHODS = ("base", "full", "head", "lora")
METHOD_TITLES = MappingProxyType({BASE: "the base as it is", FULL: "all parameters", HEAD: "the last layer alone", LORA: "LoRA"})
ADAPTER = "new_task"  # the name of the adapter in a scenario's project


@dataclass(frozen=True)
class Scenario:
    """One pair of tasks. `epochs` and `rate` are of the base, `task_epochs` of what follows, `rates` by method."""

    name: str
    title: str
    words: str
    old: DataSettings
    new: DataSettings
    hidden: tuple[int, ...]
    activation: str
    epochs: int
    rate: float
    task_epochs: int
    rates: Mapping[str, float]
    batch_size: int = 32


_DIGITS = {
    "old": DataSettings("digits"), "hidden": (128, 64), "activation": "relu", "epochs": 20, "rate": 1e-3, "task_epochs": 30,
    "rates": MappingProxyType({FULL: 1e-3, HEAD: 5e-3, LORA: 5e-3}),
}  # fmt: skip
SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {
        scenario.name: scenario
        for scenario in (
            Scenario(
                "rotated-digits", "Digits → turned digits", "The same handwritten digits, turned by 90°.",
                new=DataSettings("digits", {"turned": "90"}), **_DIGITS,  # type: ignore[arg-type]
            ),
            Scenario(
                "inverted-digits", "Digits → inverted digits", "The same handwritten digits, light on dark.",
                new=DataSettings("digits", {"inverted": True}), **_DIGITS,  # type: ignore[arg-type]
            ),
            Scenario(
                "other-digits", "Digits 0–4 → 5–9", "Five digits are known, the other five are new.",
                new=DataSettings("digits", {"classes": "5 to 9"}),
                **{**_DIGITS, "old": DataSettings("digits", {"classes": "0 to 4"})},  # type: ignore[arg-type]
            ),
            Scenario(
                "shifted-sine", "sin x → sin (x − 1)", "A curve that is known, moved to the right.",
                DataSettings("function", {"formula": "sin(x)"}), DataSettings("function", {"formula": "sin(x - 1)"}), (32, 32), "tanh",
                300, 3e-3, 300, MappingProxyType({FULL: 3e-3, HEAD: 1e-2, LORA: 1e-2}),
            ),
        )
    }
)  # fmt: skip


def scenario_named(name: object) -> Scenario:
    """Raises NNLabError for a name that is none."""
    if not isinstance(name, str) or name not in SCENARIOS:
        raise NNLabError(f"There is no scenario named {shown(name)}; choose one of {', '.join(SCENARIOS)}.")
    return SCENARIOS[name]


def scenario_of(project: Project) -> Scenario | None:
    """The scenario whose new task a project learns from given weights, in a network of its layers; None where it is another project."""
    layers = tuple(node.id for node in project.graph if is_layer(node))
    for scenario in SCENARIOS.values():
        own = (*(f"hidden_{k}" for k, _ in enumerate(scenario.hidden, 1)), "head")
        if project.data == scenario.new and project.initial is not None and layers == own:
            return scenario
    return None


def base_project(scenario: Scenario, seed: int = 0) -> Project:
    """The network that learns the old task from weights drawn from the seed."""
    data = prepare(scenario.old)
    training = TrainingSettings("adam", {}, scenario.rate, scenario.batch_size, seed, scenario.epochs)
    return Project(_network(scenario, data), scenario.old, training)


def trained_base(scenario: Scenario, seed: int = 0, context: TaskContext | None = None) -> InitialWeights:
    """The weights after the old task was learned: a function of scenario and seed. Reports nothing, can be cancelled."""
    project = base_project(scenario, seed)
    run = prepare_run(project.graph, prepare(project.data), project.training)
    train(run, steps_of_epochs(run, scenario.epochs), lambda done: None if context is None else context.report(0, 1))
    words = f"Learned {scenario.title.partition(' → ')[0].lower()} for {scenario.epochs} epochs from seed {seed}"
    return InitialWeights("base", words, run.state.stored())


def task_project(scenario: Scenario, method: str, rank: int = 8, seed: int = 0, base: InitialWeights | None = None) -> Project:
    """The new task, learned from the base in one of the `METHODS`; "base" learns nothing. `rank` counts for LoRA alone.

    Where a layer's shorter side is below the rank, the adapter has that side's rank there. Raises NNLabError for an unknown method.
    """
    if method not in METHODS:
        raise NNLabError(f"There is no way of fine-tuning named {shown(method)}; choose one of {', '.join(METHODS)}.")
    base = base if base is not None else trained_base(scenario, seed)
    project = base_project(scenario, seed)
    graph = project.graph
    layers = [node.id for node in graph if is_layer(node)]
    if method == BASE:
        graph = edits.set_frozen(graph, layers, True)
    elif method == HEAD:
        last = output_layer(graph)
        graph = edits.set_frozen(graph, [layer for layer in layers if last is not None and layer != last.id], True)
    elif method == LORA:
        graph = with_adapter(graph, rank, base_sha256(base.values, adaptable(graph)))
    training = replace(project.training, learning_rate=scenario.rates.get(method, scenario.rate), epochs=scenario.task_epochs)
    return Project(graph, scenario.new, training, initial=base)


def with_adapter(graph: Graph, rank: int, hashes: Mapping[str, str] | None = None, name: str = ADAPTER) -> Graph:
    """An adapter on every dense layer with alpha twice its rank, so that s is 2 whatever the rank is."""
    shapes = infer(graph)
    ranks = {layer: min(rank, *shapes[layer, "weight"]) for layer in adaptable(graph)}
    return attach(
        graph, rank=rank, alpha=2.0 * rank, name=name, ranks=ranks, alphas={layer: 2.0 * r for layer, r in ranks.items()},
        base_sha256=hashes,
    )  # fmt: skip


def _network(scenario: Scenario, data: Data) -> Graph:
    builder = GraphBuilder()
    layer = builder.input(features=data.x.shape[1])
    for k, units in enumerate(scenario.hidden, 1):
        layer = hidden_layer(builder, layer, HiddenLayer(units, scenario.activation), f"hidden_{k}")
    end(builder, layer, data.target, "head")
    return builder.build()
