"""A project with a difference: what each key that may differ means in a network and its training, and which values are worth comparing.

A difference is named as on the command line, KEY=VALUE (`nnlab.training.difference`). KEY is `loss`, a setting of training (learning_rate,
batch_size, optimizer, seed, …, or one of the optimiser's or the schedule's own), or NODE.SETTING, one setting of one node (dense_1.units).
`units`, `activation` and `init` alone mean every hidden layer, `fine_tuning` what of the network learns
(`nnlab.graph.fine_tuning`: full, head, lora_8); seed=+1 is the seed after the project's own, whatever that is.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from functools import partial
from typing import Any

from nnlab.core.accumulation import ACCUMULATE, ZERO_GRADIENTS
from nnlab.core.errors import NNLabError, SettingError
from nnlab.core.initializers import initializers
from nnlab.core.operator import Operator, operators
from nnlab.core.optimizer import LEARNING_RATE, optimizers
from nnlab.core.preparation import Data
from nnlab.core.schedule import schedules
from nnlab.core.setting import Setting, Value
from nnlab.graph import edits
from nnlab.graph.fine_tuning import suggested_ways, way_of, with_way
from nnlab.graph.fixes.building import insert_chain
from nnlab.graph.graph import Graph, Node
from nnlab.graph.layers import hidden_layers
from nnlab.graph.validation import DataShape, check, validate
from nnlab.training.base_weights import with_proven_base
from nnlab.training.difference import SEED_KEY, Difference
from nnlab.training.project import Project
from nnlab.training.settings import BATCH_SIZE, EPOCHS, SEED, SHUFFLE, TrainingSettings
from nnlab.training.variant import Variant, seed_name

LOSS, UNITS, ACTIVATION, INIT, FINE_TUNING = "loss", "units", "activation", "init", "fine_tuning"
_TRAINING: Mapping[str, Setting] = {s.name: s for s in (LEARNING_RATE, BATCH_SIZE, SEED, EPOCHS, SHUFFLE, ACCUMULATE, ZERO_GRADIENTS)}
_RULES = ("optimizer", "schedule")
_WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def varied(project: Project, difference: Difference) -> Project:
    """The project with a difference, itself where it is so already; raises NNLabError for a key, value or network that cannot be."""
    key, text = difference.key, difference.text
    if is_so(project, difference):
        return project
    change = _GRAPH_KEYS.get(key)
    if change is not None:
        return replace(project, graph=change(project.graph, text))
    if "." in key:
        return replace(project, graph=_set_of_node(project.graph, key, text))
    return project.with_training(_training(project, key, text))


def is_so(project: Project, difference: Difference) -> bool:
    """Whether the project is that way already: what is compared with others is named like them."""
    try:
        if difference.key == FINE_TUNING:  # of which one way has several spellings
            return with_way(project.graph, difference.text) == project.graph
        return present_value(project, difference.key) == difference.text
    except NNLabError:
        return False


def own_difference(project: Project, key: str) -> Difference:
    """The project itself, named as the runs that differ from it in `key`. Raises SettingError for a key that it does not have."""
    return Difference(key, present_value(project, key))


def with_project(project: Project, found: Sequence[Difference]) -> tuple[Difference, ...]:
    """The project itself, named like the variants it is compared with, and they. Raises SettingError for a key that may not differ."""
    try:
        own = own_difference(project, found[0].key)
    except SettingError:
        varied(project, found[0])  # which says better what may differ
        raise
    return (own, *found)


def variant_of(difference: Difference) -> Variant:
    """What trains beside the project, and follows its changes."""
    name = seed_name if difference.key == SEED_KEY else partial(present_value, key=difference.key)
    return Variant(partial(_varied, difference), name, difference.key)


def _varied(difference: Difference, project: Project) -> Project:
    found = replace(varied(project, difference), comparison=())  # of its own it is compared with nothing
    if any(problem.is_error for problem in validate(found.graph)):
        return found  # no weights yet that a hash could be taken of
    return with_proven_base(found)


def present_value(project: Project, key: str) -> str:
    """What `key` is in a project, as one would type it; of layers that differ all values, "8, 16". Raises NNLabError for no such key."""
    graph, training = project.graph, project.training
    if key == LOSS:
        return graph.losses[0].operator if graph.losses else "none"
    if key == ACTIVATION:
        return _common([node.operator for node in hidden_activations(graph)])
    if key == FINE_TUNING:
        return way_of(graph)
    if key in (UNITS, INIT):
        return _common([_written(node.settings[key]) for node in hidden_layers(graph) if key in node.settings])
    if "." in key:
        node_id, _, name = key.partition(".")
        if node_id not in graph or name not in graph[node_id].settings:
            raise SettingError(f"There is no setting {key!r} in this network.")
        return _written(graph[node_id].settings[name])
    if key in _RULES or key in _TRAINING:
        return _written(getattr(training, key))
    for settings, declared in (
        (training.optimizer_settings, optimizers[training.optimizer].all_settings),
        (training.schedule_settings, schedules[training.schedule].settings),
    ):
        setting = next((s for s in declared if s.name == key), None)
        if setting is not None:
            return _written(settings.get(key, setting.default))
    raise SettingError(f"There is no {key!r} in this project.")


def declared_setting(project: Project, key: str) -> Setting | None:
    """The declaration of what `key` sets: type, limits, choices. None for `loss`, `activation` and other names, and no such key."""
    if key in (UNITS, INIT):
        layer = next((node for node in hidden_layers(project.graph) if key in node.settings), None)
        return _named(layer.kind.settings, key) if layer is not None else None
    if "." in key:
        node_id, _, name = key.partition(".")
        return _named(project.graph[node_id].kind.settings, name) if node_id in project.graph else None
    rules = (*optimizers[project.training.optimizer].all_settings, *schedules[project.training.schedule].settings)
    return _TRAINING.get(key) or _named(rules, key)


def _named(settings: tuple[Setting, ...], name: str) -> Setting | None:
    return next((setting for setting in settings if setting.name == name), None)


def _common(values: list[str]) -> str:
    return ", ".join(dict.fromkeys(values)) or "none"


def _written(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:.12g}" if isinstance(value, float) else str(value)


def suggestions(project: Project, data: Data) -> Mapping[str, tuple[str, ...]]:
    """Keys that are worth comparing in this project, each with values in a sensible order, the present one among them."""
    graph, rate, size = project.graph, project.training.learning_rate, project.training.batch_size
    found: dict[str, tuple[str, ...]] = {}
    if graph.losses:
        fitting = (o.name for o in operators if o.is_loss and _fits(graph, o.name, data))
        found[LOSS] = tuple(fitting)
    found["optimizer"] = tuple(o.name for o in optimizers)
    if hidden_activations(graph):
        found[ACTIVATION] = tuple(o.name for o in operators if o.is_elementwise and o.category == "Activations")
    found["learning_rate"] = tuple(f"{rate * factor:.3g}" for factor in (0.1, 0.3, 1, 3, 10) if rate * factor <= 1000)
    found["batch_size"] = tuple(dict.fromkeys(str(n) for n in sorted({1, 8, 32, 128, size})))
    widths = {int(str(node.settings["units"])) for node in hidden_layers(graph) if "units" in node.settings}
    if widths:
        found[UNITS] = tuple(map(str, sorted(widths | {2, 4, 8, 16, 64})))
    if any("init" in node.settings for node in hidden_layers(graph)):
        found[INIT] = tuple(initializers)
    found["schedule"] = tuple(s.name for s in schedules)
    if suggested_ways(graph):
        found[FINE_TUNING] = suggested_ways(graph)
    found[SEED_KEY] = tuple(str(project.training.seed + k) for k in range(4))
    return found


def _fits(graph: Graph, name: str, data: Data) -> bool:
    try:
        check(with_loss(graph, name), DataShape(data.x.shape[1], data.target))
    except NNLabError:
        return False
    return True


def read_value(setting: Setting, text: str, owner: str = "") -> Value:
    """A setting's value from what was typed for it; raises SettingError naming `owner` and what is accepted."""
    kind = type(setting.default)
    value: Any = text
    if kind is bool:
        value = _WORDS.get(text.lower(), text)
    elif kind is not str:
        try:
            value = float(text) if not text.lstrip("+-").isdigit() else int(text)
        except ValueError:
            value = text
    return setting.check(value, owner)


def _with_units(graph: Graph, text: str) -> Graph:
    layers = [node for node in hidden_layers(graph) if "units" in node.settings]
    return _configured(graph, layers, "units", text, "no hidden layer has units")


def _with_init(graph: Graph, text: str) -> Graph:
    layers = [node for node in hidden_layers(graph) if "init" in node.settings]
    return _configured(graph, layers, "init", text, "no hidden layer draws its weights")


def _configured(graph: Graph, layers: list[Node], name: str, text: str, lacking: str) -> Graph:
    if not layers:
        raise SettingError(f"{name}={text} changes nothing: {lacking}; name the node, such as dense_1.{name}.")
    for node in layers:
        setting = next(s for s in node.kind.settings if s.name == name)
        graph = edits.configure(graph, node.id, **{name: read_value(setting, text, node.id)})
    return graph


def _with_activation(graph: Graph, text: str) -> Graph:
    """Every activation behind a hidden layer is exchanged; what turns outputs into predictions stays."""
    kind = _operator(text, lambda o: o.is_activation and o.category == "Activations", "activation")
    chosen = hidden_activations(graph)
    if not chosen:
        raise SettingError(f"activation={text} changes nothing: there is no activation behind a hidden layer.")
    for node in chosen:
        graph = edits.replace_operator(graph, node.id, kind.name)
    return graph


def hidden_activations(graph: Graph) -> list[Node]:
    """Activations but for what turns outputs into predictions."""
    return [n for n in graph if n.kind.is_activation and n.kind.category == "Activations" and not _reads_into_loss(graph, n)]


def _reads_into_loss(graph: Graph, node: Node) -> bool:
    return any(graph[edge.target].kind.is_loss for edge in graph.outgoing(node.id))


def with_loss(graph: Graph, name: str) -> Graph:
    """Another loss for the same predictions.

    A loss that takes logits applies the sigmoid or softmax itself, one that compares predictions does not: it is put in front of the one
    and taken away from the other, so that the network's weights, and what it says, stay the same.
    """
    kind = _operator(name, lambda o: o.is_loss, "loss")
    if not graph.losses:
        raise SettingError(f"loss={name} cannot be set: the network has no loss yet.")
    loss = graph.losses[0]
    before, sources = loss.kind, graph.incoming(loss.id)
    result = edits.replace_operator(graph, loss.id, kind.name)
    new = result.losses[0]
    if len(sources) != 1:
        return result
    source = result[sources[0].source]
    if before.applies_link and before.link != "identity" and kind.link == "identity":
        activation = next((o for o in operators if o.computes_link == before.link), None)
        if activation is not None:
            edge = result.incoming(new.id)[0]
            return insert_chain(result, edge, ((activation.name, {}),))
    if kind.applies_link and source.kind.computes_link == kind.link and before.link == "identity":
        return edits.bypass_node(result, source.id)
    return result


def _operator(name: str, accepted: Callable[[Operator], bool], what: str) -> Operator:
    known = sorted(o.name for o in operators if accepted(o))
    if name not in known:
        raise SettingError(f"{what}={name} is not known{_similar(name, known)}; choose one of {', '.join(known)}.")
    return operators[name]


def _set_of_node(graph: Graph, key: str, text: str) -> Graph:
    node_id, _, name = key.partition(".")
    if node_id not in graph:
        names = sorted(node.id for node in graph)
        raise SettingError(f"{key}={text}: there is no node {node_id!r}{_similar(node_id, names)}; the network has {', '.join(names)}.")
    node = graph[node_id]
    setting = next((s for s in node.kind.settings if s.name == name), None)
    if setting is None:
        names = sorted(s.name for s in node.kind.settings)
        accepted = f"it has {', '.join(names)}" if names else "it has none"
        raise SettingError(f"{key}={text}: {node_id} has no setting {name!r}{_similar(name, names)}; {accepted}.")
    return edits.configure(graph, node_id, **{name: read_value(setting, text, node_id)})


def _training(project: Project, key: str, text: str) -> TrainingSettings:
    training = project.training
    if key == "optimizer":
        return _other_rule(training, "optimizer", _registered(optimizers, key, text), optimizers[text].all_settings)
    if key == "schedule":
        return _other_rule(training, "schedule", _registered(schedules, key, text), schedules[text].settings)
    if key == SEED_KEY and text.startswith("+"):
        distance = int(str(read_value(SEED, text, "training")))
        return _replaced(training, key, (training.seed + distance) % (int(SEED.maximum or 0) + 1))
    if key in _TRAINING:
        return _replaced(training, key, read_value(_TRAINING[key], text, "training"))
    for rule, settings, declared in (
        ("optimizer", training.optimizer_settings, optimizers[training.optimizer].all_settings),
        ("schedule", training.schedule_settings, schedules[training.schedule].settings),
    ):
        setting = next((s for s in declared if s.name == key), None)
        if setting is not None:
            value = read_value(setting, text, getattr(training, rule))
            return _replaced(training, f"{rule}_settings", {**settings, key: value})
    known = known_keys(project)
    choices = f"choose from {', '.join(known)}, or name a node's setting, such as dense_1.units"
    raise SettingError(f"There is no {key!r} that could differ{_similar(key, known)}; {choices}.")


def _replaced(training: TrainingSettings, name: str, value: Any) -> TrainingSettings:
    return replace(training, **{name: value}).checked_as_given()


def known_keys(project: Project) -> tuple[str, ...]:
    """What may differ, but for single nodes' settings."""
    own = (s.name for s in optimizers[project.training.optimizer].all_settings)
    scheduled = (s.name for s in schedules[project.training.schedule].settings)
    return tuple(dict.fromkeys((LOSS, "optimizer", "schedule", *_TRAINING, UNITS, ACTIVATION, INIT, FINE_TUNING, *own, *scheduled)))


def _registered(registry: Any, what: str, name: str) -> str:
    known = sorted(entry.name for entry in registry)
    if name not in known:
        raise SettingError(f"{what}={name} is not known{_similar(name, known)}; choose one of {', '.join(known)}.")
    return name


def _other_rule(training: TrainingSettings, what: str, name: str, declared: tuple[Setting, ...]) -> TrainingSettings:
    """Another optimiser or schedule: settings that it has too stay, the others have its defaults."""
    names = {s.name for s in declared}
    kept = {key: value for key, value in getattr(training, f"{what}_settings").items() if key in names}
    changed: dict[str, Any] = {what: name, f"{what}_settings": kept}
    return replace(training, **changed).checked_as_given()


def _similar(text: str, known: tuple[str, ...] | list[str]) -> str:
    names = difflib.get_close_matches(text.lower(), known, n=1)
    return f" (did you mean {names[0]}?)" if names else ""


_GRAPH_KEYS: dict[str, Callable[[Graph, str], Graph]] = {
    LOSS: with_loss, UNITS: _with_units, ACTIVATION: _with_activation, INIT: _with_init, FINE_TUNING: with_way,
}  # fmt: skip
assert set(_TRAINING) <= {f.name for f in fields(TrainingSettings)}
