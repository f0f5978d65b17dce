"""Edits of the inspector: one undo step for a gesture, and the pure functions behind its fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from nnlab.core.errors import NNLabError
from nnlab.core.operator import Operator, operators
from nnlab.core.setting import Setting, Value
from nnlab.graph import docking, edits
from nnlab.graph.diagnostic import Diagnostic
from nnlab.graph.extending import behind
from nnlab.graph.graph import Graph, Node
from nnlab.training.settings import TrainingSettings
from nnlab.ui.document.document import Document
from nnlab.ui.widgets.settings_form import SettingsForm

NO_ACTIVATION = "none"


def activations() -> tuple[Operator, ...]:
    """Operators that can stand docked on a layer's card."""
    return tuple(kind for kind in operators if kind.is_activation)


def activation_setting() -> Setting:
    """The choice of a layer's activation, by title."""
    titles = (NO_ACTIVATION, *(kind.title for kind in activations()))
    return Setting(
        "activation", NO_ACTIVATION, "Activation", "Activation of the layer's output; a separate node on the same card", choices=titles
    )


FROZEN = Setting(
    "frozen", False, "Frozen", "Training does not change the weights of a frozen layer; other layers keep learning"
)


def is_partly_frozen(node: Node) -> bool:
    """Whether some of its parameters are frozen, and others learn."""
    return bool(node.frozen) and not node.is_frozen


def initializer_setting(kind: Operator) -> str | None:
    """The name of the setting that chooses how a parameter of an operator starts, if it has one."""
    return next((p.init.removeprefix("setting:") for p in kind.parameters if p.init.startswith("setting:")), None)


def exchange_setting(kind: Operator) -> Setting | None:
    """The choice of another operator in a node's place: another loss for a loss, another activation for an activation."""
    if kind.is_loss:
        others = tuple(k.title for k in operators if k.is_loss)
        return Setting("operator", others[0], "Loss", "What training minimises; the target decides which losses fit", choices=others)
    if kind.is_activation:
        others = tuple(k.title for k in activations())
        return Setting("operator", others[0], "Function", "Replaces the activation", choices=others)
    return None


def by_title(title: str) -> str:
    """The name of the operator with a title."""
    return next(kind.name for kind in operators if kind.title == title)


def activation_of(graph: Graph, layer: str) -> str:
    """The title of the activation docked on a layer, or "none"."""
    node_id = docking.docked(graph, layer)
    return graph[node_id].kind.title if node_id is not None else NO_ACTIVATION


def with_activation(graph: Graph, layer: str, title: str) -> Graph:
    """The graph with another activation docked on `layer`: added, exchanged or taken away. Raises GraphError when it cannot be."""
    node_id = docking.docked(graph, layer)
    if title == NO_ACTIVATION:
        return edits.bypass_node(graph, node_id) if node_id is not None else graph
    if node_id is not None:
        return edits.replace_operator(graph, node_id, by_title(title))
    return behind(graph, by_title(title), layer)


class FormEdits:
    """Joins a form to the document: what is previewed and committed becomes edits, the previews of one gesture one undo step.

    `edit(name, value)` returns the label of the undo step and the pure edit; what it refuses is written under the field.
    """

    _count = 0

    def __init__(
        self, document: Document, form: SettingsForm, edit: Callable[[str, Value], tuple[str, Callable[[Document, str, str], None]]]
    ) -> None:
        self._document, self._form, self._edit = document, form, edit
        self._gesture = self._new_gesture()
        form.previewed.connect(self._apply)
        form.committed.connect(self._commit)

    def _apply(self, name: str, value: Value) -> None:
        label, apply = self._edit(name, value)
        try:
            apply(self._document, label, f"{self._gesture}.{name}")
        except NNLabError as error:
            self._form.show_problem(name, str(error))
        else:
            self._form.show_problem(name, "")

    def _commit(self, name: str, value: Value) -> None:
        self._apply(name, value)
        self._gesture = self._new_gesture()

    @classmethod
    def _new_gesture(cls) -> str:
        FormEdits._count += 1
        return f"inspector {FormEdits._count}"


def graph_edit(edit: Callable[[Graph], Graph]) -> Callable[[Document, str, str], None]:
    """A pure edit of the graph in the form `FormEdits` takes."""
    return lambda document, label, gesture: document.attempt(label, edit, gesture)


def training_edit(edit: Callable[[TrainingSettings], TrainingSettings]) -> Callable[[Document, str, str], None]:
    """A pure edit of the training settings in the form `FormEdits` takes; SettingError for settings that do not fit together."""

    def apply(document: Document, label: str, gesture: str) -> None:
        edited = edit(document.project.training)
        edited.checked()
        document.edit(label, document.project.with_training(edited), gesture)

    return apply


def remarks_on_training(diagnostics: Iterable[Diagnostic]) -> dict[str, str]:
    """What stands under the settings of the training, by name."""
    return {problem.setting: problem.message for problem in diagnostics if problem.setting}


def freeze_label(what: str, frozen: object) -> str:
    """The name of the undo step."""
    return f"{'Freeze' if frozen else 'Unfreeze'} {what}"


def shared_settings(kinds: list[Operator]) -> tuple[Setting, ...]:
    """Settings that all of several operators declare alike."""
    first, *rest = kinds
    return tuple(s for s in first.settings if all(s in kind.settings for kind in rest))


def values_of(settings: tuple[Setting, ...], values: Mapping[str, Value]) -> dict[str, Value]:
    return {s.name: values.get(s.name, s.default) for s in settings}
