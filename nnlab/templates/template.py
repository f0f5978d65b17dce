"""Templates: well-known networks that a person starts from, one file each in `nnlab/templates/`.

A template declares a few settings and builds an ordinary graph for the data at hand: as many inputs as it has features, the output and
the loss its target asks for. Where a network makes no sense on that data (a convolution of a table, a classifier of numbers), the
template says why in `needs` and brings data of its own, with training settings for it.

    register(Template(name="mlp", title="MLP", description="...", settings=(...), build=build, label=label))

Everything registered is listed by the dialog and goes through the same tests: adding a file is the whole of adding a template.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from nnlab.core.errors import NNLabError
from nnlab.core.operator import operators
from nnlab.core.preparation import Data, DataSettings, prepare
from nnlab.core.registry import Registry
from nnlab.core.setting import Setting, Value, check_settings
from nnlab.files.project import Project
from nnlab.files.starting_network import starting_training
from nnlab.graph.graph import Graph
from nnlab.graph.validation import infer
from nnlab.training.settings import TrainingSettings

Settings = Mapping[str, Value]


class TemplateError(NNLabError):
    """A template whose settings make no network on the data."""


def _no_text(settings: Settings, data: Data) -> str:
    return ""


@dataclass(frozen=True, eq=False)
class Template:
    """A template as registered.

    `build(settings, data)` makes the graph from checked settings; it raises NNLabError for what cannot be. `label` names the result
    ("MLP 2-8-8-1"), `remark` adds a sentence about it, or "". `needs(data)` is the reason why it cannot be built on some data, or "";
    `own_data` is then used instead. `order` is its place in the list.
    """

    name: str
    title: str
    description: str  # one sentence
    build: Callable[[Settings, Data], Graph]
    label: Callable[[Settings, Data], str]
    settings: tuple[Setting, ...] = ()
    needs: Callable[[Data], str] = lambda data: ""
    own_data: DataSettings | None = None
    remark: Callable[[Settings, Data], str] = _no_text
    order: int = 100


@dataclass(frozen=True)
class Made:
    """A network made from a template: the project with it, what it is called, and sentences for the person."""

    project: Project
    label: str
    reason: str = ""  # why other data was taken, or ""
    remark: str = ""

    @property
    def parameters(self) -> int:
        """How many numbers would be trained."""
        graph, shapes = self.project.graph, infer(self.project.graph)
        tensors = ((node.id, parameter.name) for node in graph.nodes for parameter in node.parameters)
        return sum(math.prod(shapes.get(*tensor) or (0,)) for tensor in tensors)


templates: Registry[Template] = Registry("template", "nnlab.templates")


def register(template: Template) -> Template:
    """Makes a template known to the dialog and the tests."""
    return templates.add(template)


def ordered() -> tuple[Template, ...]:
    """All templates in the order of the list."""
    return tuple(sorted(templates, key=lambda template: (template.order, template.title)))


def make(template: Template, settings: Mapping[str, object], project: Project, data: Data | None) -> Made:
    """`project` with the template's network in place of its own, on its own data `data` if that will do.

    `data` is None when the project's data cannot be read; the template's own is taken then, too. With other data come training
    settings for it. Raises NNLabError in one sentence.
    """
    checked = check_settings(template.settings, settings, template.title)
    reason = "The current data cannot be read." if data is None else template.needs(data)
    if data is not None and not reason:
        graph = template.build(checked, data)
        return Made(replace(project, graph=graph), template.label(checked, data), "", template.remark(checked, data))
    own = template.own_data or DataSettings()
    brought = prepare(own)
    graph = template.build(checked, brought)
    label, remark = template.label(checked, brought), template.remark(checked, brought)
    return Made(Project(graph, own, starting_training(brought)), label, reason, remark)


def fresh_training(project: Project, data: Data | None) -> TrainingSettings:
    """Training settings for a new project on the data of `project`, which `data` are, where they are at hand."""
    return starting_training(prepare(project.data) if data is None else data)


# Settings that several templates share

def activation_setting(default: str = "relu") -> Setting:
    """Those that treat every unit alike, the usual ones first; other operators can be exchanged on the canvas afterwards."""
    usual = ("relu", "tanh", "sigmoid")
    others = (kind.name for kind in operators if kind.is_elementwise and kind.name not in usual)
    return Setting("activation", default, choices=(*usual, *others), tip="Activation of every hidden unit.")


def width_setting(default: int, title: str = "Units", tip: str = "Units in each hidden layer.") -> Setting:
    return Setting("units", default, title, tip, minimum=1, maximum=4096)
