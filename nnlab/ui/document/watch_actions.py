"""Actions that watch something: the same wherever a tensor, an element, a card or a weight is pointed at."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtWidgets import QMenu

from nnlab.core.errors import NNLabError
from nnlab.ui.document.debugging_edits import add_watch, remove_watch
from nnlab.ui.document.document import Document


def fill_with_watches(menu: QMenu, document: Document, texts: Iterable[str], refused: Callable[[str], object]) -> None:
    """One action for each formula, checked if it is watched; `refused(sentence)` is called when one cannot be."""
    watched = {watch.text for watch in document.project.debugging.watches}

    def toggle(text: str) -> None:
        try:
            remove_watch(document, text) if text in watched else add_watch(document, text)
        except NNLabError as error:
            refused(str(error))

    for text in texts:
        action = menu.addAction(f"Watch {text}")
        action.setCheckable(True)
        action.setChecked(text in watched)
        action.triggered.connect(lambda checked=False, text=text: toggle(text))
