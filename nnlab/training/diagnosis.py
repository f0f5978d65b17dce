"""Diagnoses: what goes wrong while a network learns, in words, with evidence, and remedies as edits of the project.

A diagnosis is one file in `nnlab/training/diagnoses/`; it looks at an `Observation` (weights, data, activations, gradients and history of a
run at one moment) and yields what it found:

    register(DiagnosisKind("dead_units", "Dead units", find))

Each states the test it goes by. It speaks when the fault is there, and is silent about a healthy network whatever its age: a threshold lies
far outside of what healthy networks show. `diagnose` asks all of them and puts what does most harm first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from nnlab.core.errors import NNLabError
from nnlab.core.registry import Registry
from nnlab.graph.graph import Graph
from nnlab.training.observation import Observation
from nnlab.training.project import Project
from nnlab.training.settings import TrainingSettings


@dataclass(frozen=True)
class Remedy:
    """One edit that helps. `label` stands on its button and in the undo history; `outlook` says what it changes and why that helps.

    `starts_over`: it is about how a run begins, so it helps only a run that begins again.
    """

    label: str
    apply: Callable[[Project], Project] = field(compare=False)
    outlook: str = ""
    starts_over: bool = False


@dataclass(frozen=True)
class FindingChart:
    """The numbers a finding stands on, as bars: one for each of `labels`; `meant` are the bars at fault, `logarithmic` their scale."""

    caption: str
    labels: tuple[str, ...]
    values: tuple[float, ...]
    meant: tuple[int, ...] = ()
    logarithmic: bool = False


@dataclass(frozen=True)
class Diagnosis:
    """What was found. `kind`: its name in the registry; `node`: where, None for the run or its data as a whole.

    `evidence`: one sentence with its numbers. `figure`: the decisive one in a few letters, `figures` all by name, for a chart. `units`:
    which ones of the node, `columns`: which of the data's features are meant. `harm`: 0 to 1, for sorting. `mark`: what stands over the
    node on the canvas, `chart`: its numbers as bars.
    """

    kind: str
    node: str | None
    evidence: str
    figure: str = ""
    title: str = ""
    remedies: tuple[Remedy, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict, hash=False)
    units: tuple[int, ...] = ()
    columns: tuple[int, ...] = ()
    harm: float = 0.5
    mark: str = ""
    chart: FindingChart | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "figures", MappingProxyType(dict(self.figures)))

    @property
    def remedy(self) -> str:
        """The best remedy in words; empty where there is none."""
        return self.remedies[0].label if self.remedies else ""


@dataclass(frozen=True, eq=False)
class DiagnosisKind:
    """A diagnosis as registered. `test` says in one sentence what it goes by, `find` looks.

    `follows_from`: diagnoses that explain it where they are found, too; it is not told then.
    """

    name: str
    title: str
    test: str
    find: Callable[[Observation], Iterable[Diagnosis]]
    follows_from: tuple[str, ...] = ()


diagnoses: Registry[DiagnosisKind] = Registry("diagnosis", "nnlab.training.diagnoses")


def register(kind: DiagnosisKind) -> DiagnosisKind:
    """Makes a diagnosis known to whoever asks, and to the tests over all of them."""
    return diagnoses.add(kind)


def diagnose(seen: Observation, check: Callable[[], None] = lambda: None) -> tuple[Diagnosis, ...]:
    """Everything that is wrong, what does most harm first; empty for a healthy network. Changes nothing.

    `check` is called between any two findings: it may raise to end the search.
    """
    found = []
    for kind in diagnoses:
        check()
        for one in kind.find(seen):
            found.append(replace(one, title=one.title or kind.title))
            check()
    kinds = {one.kind for one in found}
    found = [one for one in found if kinds.isdisjoint(diagnoses[one.kind].follows_from)]
    return tuple(sorted(found, key=lambda one: (-one.harm, one.kind, one.node or "")))


def edit_graph(label: str, change: Callable[[Graph], Graph], outlook: str = "", starts_over: bool = False) -> Remedy:
    """A remedy that changes the network."""
    return Remedy(label, lambda project: replace(project, graph=change(project.graph)), outlook, starts_over)


def edit_training(label: str, outlook: str = "", starts_over: bool = False, **settings: object) -> Remedy:
    """A remedy that changes how the network is trained."""

    def apply(project: Project) -> Project:
        training: TrainingSettings = replace(project.training, **settings)  # type: ignore[arg-type]
        return project.with_training(training)

    return Remedy(label, apply, outlook, starts_over)


def possible(graph: Graph, remedies: Iterable[Remedy]) -> tuple[Remedy, ...]:
    """Those of the remedies that can be applied to the graph as it is."""
    found = []
    for remedy in remedies:
        try:
            remedy.apply(Project(graph))
        except NNLabError:
            continue
        found.append(remedy)
    return tuple(found)
