"""In what runs differ: the settings of a project as words, and those of them that are not the same in all of several projects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nnlab.core.errors import NNLabError
from nnlab.graph.layers import hidden_layers
from nnlab.training.project import Project
from nnlab.training.varied import ACTIVATION, INIT, LOSS, UNITS, present_value

_GENERAL = (UNITS, ACTIVATION, INIT, LOSS)
CODE = "code"  # for which processor the code was compiled that computed a run: its bits depend on it
_TRAINING = ("optimizer", "learning_rate", "batch_size", "accumulate", "zero_gradients", "schedule", "shuffle", "seed")


def settings_of(project: Project, start: str = "", code: str = "") -> Mapping[str, str]:
    """Everything that decides how a run goes, by key as on the command line where there is one; `start` names other initial weights.

    `code`: for which processor what computed it was compiled; "" where that is not known.
    """
    found: dict[str, str] = {}
    for key in (*_GENERAL, *_TRAINING):
        value = _value(project, key)
        if value and value != "none":
            found[key] = value
    training, data, graph = project.training, project.data, project.graph
    for settings in (training.optimizer_settings, training.schedule_settings):
        found |= {key: _value(project, key) for key in settings}
    found["start"] = start or "drawn from the seed"
    if code:
        found[CODE] = code
    found["data"] = data.name
    found |= {f"data.{key}": str(value) for key, value in data.settings.items()}
    found["data.seed"], found["data.validation_share"] = str(data.seed), f"{data.validation_share:g}"
    found["data.inputs"] = ", ".join((*data.inputs, *data.derived)) or "all"
    found["data.standardize"] = str(data.standardize).lower()
    found["layers"] = " → ".join(node.operator for node in graph)
    hidden = {node.id for node in hidden_layers(graph)}
    for node in graph:
        covered = {UNITS, INIT} if node.id in hidden else set()
        found |= {f"{node.id}.{key}": _value(project, f"{node.id}.{key}") for key in node.settings if key not in covered}
    return found


def differing(projects: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """Keys of `settings_of` that are not the same in all: those that people set most often first.

    A setting of a node or data set that not all have is left out, since layers or data differ then; so is code that is not known of all.
    """
    keys = dict.fromkeys(key for settings in projects for key in settings)
    return tuple(key for key in keys if _differs(key, projects))


def _differs(key: str, projects: Sequence[Mapping[str, str]]) -> bool:
    if ("." in key or key == CODE) and not all(key in settings for settings in projects):
        return False
    return len({settings.get(key, "") for settings in projects}) > 1


def _value(project: Project, key: str) -> str:
    try:
        return present_value(project, key)
    except NNLabError:
        return ""
