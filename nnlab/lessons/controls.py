"""What a lesson may name of the window, and the gestures that "show me" makes: checked here, carried out by `nnlab.ui.learn`.

    action:run.play      an action of the window, where its button is        panel:loss     a panel
    panel:training/Learning rate     a field in a panel, by its accessible name             node:dense_1   a card
    tab:train            a workspace's tab                                                  canvas         the network
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nnlab.core.errors import NNLabError
from nnlab.lessons.lesson import ShownGesture

_ONE = ("trigger", "run", "enter", "choose", "press", "select", "show")
_WITH = {"enter": "into", "choose": "of", "press": "of"}
_WITHOUT = ("press",)  # may be said without it


@dataclass(frozen=True)
class Controls:
    """By name, those of the window as it ships."""

    actions: frozenset[str] = frozenset()
    panels: frozenset[str] = frozenset()
    workspaces: frozenset[str] = frozenset()


def control_fault(control: str, controls: Controls) -> str:
    """Why there is no such control, empty when there is."""
    kind, colon, name = control.partition(":")
    panel, _, field = name.partition("/")
    match kind:
        case "action":
            return _missing("action", name, controls.actions)
        case "panel":
            return _missing("panel", panel, controls.panels) or ("" if "/" not in name or field else "The name of the field is missing.")
        case "tab":
            return _missing("workspace", name, controls.workspaces)
        case "node" if name:
            return ""
        case "canvas" if not colon:
            return ""
    return f"There is no control {control!r}; name action:…, panel:…, panel:…/field, tab:…, node:… or canvas."


def _missing(kind: str, name: str, known: frozenset[str]) -> str:
    if name in known:
        return ""
    near = difflib.get_close_matches(name, known, n=1)
    return f"There is no {kind} {name!r}" + (f"; did you mean {near[0]!r}?" if near else ".")


def gesture_of(values: Mapping[str, Any], controls: Controls | None) -> ShownGesture:
    """Raises NNLabError for one that does nothing, more than one thing, or something with a control that there is not."""
    kinds = [kind for kind in _ONE if kind in values]
    if len(kinds) != 1:
        raise NNLabError(f"A gesture does one thing: {', '.join(_ONE)}.")
    kind = kinds[0]
    other = _WITH.get(kind)
    expected = {kind, other} if other else {kind}
    if set(values) != expected and not (kind in _WITHOUT and set(values) == {kind}):
        takes = f"{kind} and, if wanted, {other}" if kind in _WITHOUT else " and ".join(sorted(filter(None, expected)))
        raise NNLabError(f"The gesture {kind!r} takes {takes}.")
    target = str(values.get(other, "")) if other else ""
    fault = ""
    if controls is not None:
        if kind == "trigger":
            fault = _missing("action", values[kind], controls.actions)
        elif kind in ("enter", "choose") or target:
            fault = control_fault(target, controls)
        elif kind == "show":
            fault = _missing("panel", values[kind], controls.panels)
    if kind == "run" and not 1 <= int(values[kind]) <= 100_000:
        fault = f"Training is shown for 1 to 100,000 iterations, not {values[kind]}."
    if fault:
        raise NNLabError(fault)
    return ShownGesture(kind, str(values[kind]), target)
