"""Adapters: the low-rank updates on the base by name; which take part and how much, merged or beside W₀, kept in files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from nnlab.graph.validation import infer
from nnlab.training.adapter_effects import AdapterEffects
from nnlab.training.session_adapters import summaries
from nnlab.ui.adapters.adapter_edits import AdapterEdits
from nnlab.ui.look.icons import icon
from nnlab.ui.lora.adapters_list import AdaptersList
from nnlab.ui.lora.effects_run import EffectsRun
from nnlab.ui.lora.outcome import AdapterOutcome
from nnlab.ui.lora.shown_adapter import ShownAdapter
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.buttons import PressButton
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.segmented import Option, Segmented

BESIDE, MERGED = "beside", "merged"
HINT = "An adapter is a small update beside the frozen weights. Attach one, open a ready task below, or load a folder that PEFT wrote."


class AdaptersPanel(LivePanel):
    """The list on top, what is done with the chosen one below it."""

    name = "adapters"
    title = "Adapters"
    frames_per_second = 2.0  # scores and what merging changes; the rest follows the document

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, "", parent)
        theme = services.theme
        self.edits = services.shared(AdapterEdits)
        self.shown = services.shared(ShownAdapter)
        self.attach = PressButton(icon(theme, "plus"), "Attach")
        self.attach.setToolTip("Freezes the network as it is and attaches a new adapter to its dense layers")
        self.attach.clicked.connect(self._attach)
        self.add_option(self.attach)
        self.list = AdaptersList(theme, self.edits, self.shown)
        self.list.save_wanted.connect(self.save)
        self.merging = Segmented(
            theme,
            (
                Option(BESIDE, "Beside W₀", "The update is computed on a path of its own, and learns"),
                Option(MERGED, "Merged into W", "The update is added to the weights once; W₀ is kept and comes back bit for bit"),
            ),
            "Where the update of the adapter stands",
        )
        self.merging.chosen.connect(self._merge)
        self.outcome = AdapterOutcome(theme)
        self.effects = EffectsRun(services.session.jobs, self)
        self.effects.came.connect(self._show_effects)
        self.save_button = PressButton(icon(theme, "save"), "Save")
        self.save_button.setToolTip("Writes the adapter as PEFT does: adapter_config.json and adapter_model.safetensors in a folder")
        self.save_button.clicked.connect(self.save)
        self.load_button = PressButton(icon(theme, "open"), "Load")
        self.load_button.setToolTip("Attaches an adapter from a folder that PEFT or this program wrote")
        self.load_button.clicked.connect(self.load)
        self.words = Label(theme, "", "caption", "text2")
        self.words.setWordWrap(True)
        self._arrange()
        self.edits.refused.connect(self._refuse)
        self.edits.said.connect(self._say)
        self.shown.changed.connect(self.follow)
        for signal in (services.document.changed, services.document.replaced, services.session.state_changed):
            signal.connect(self.follow)
        self.apply_metrics()
        self.follow()

    def _arrange(self) -> None:
        inside, page = QWidget(), QWidget()
        rows = QVBoxLayout(inside)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self.list)
        rows.addStretch(1)
        self._area = QScrollArea()
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(inside)
        self._buttons = QHBoxLayout()
        self._buttons.addWidget(self.save_button)
        self._buttons.addWidget(self.load_button)
        self._buttons.addStretch(1)
        self._foot = QVBoxLayout()
        self._foot.addWidget(self.outcome)
        self._foot.addWidget(self.merging, 0, Qt.AlignmentFlag.AlignLeft)
        self._foot.addWidget(self.words)
        self._foot.addLayout(self._buttons)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._area, 1)
        column.addLayout(self._foot)
        self.set_content(page)

    def apply_metrics(self) -> None:
        super().apply_metrics()
        if hasattr(self, "_foot"):
            metrics = self._theme.metrics
            self._foot.setContentsMargins(metrics.padding, metrics.px(6), metrics.padding, metrics.px(10))
            self._foot.setSpacing(metrics.px(6))
            self._buttons.setSpacing(metrics.px(8))

    # Showing

    def draw(self, view: LiveView) -> None:
        if self.shown.name:
            self.effects.ask(view, self.shown.name)

    def _show_effects(self, effects: AdapterEffects) -> None:
        self.outcome.show_effects(effects if self.shown.name else None)

    def follow(self, *_: object) -> None:
        """Shows the adapters of the document's graph."""
        graph = self._services.document.graph
        shapes = infer(graph)
        names = {f"{n.id}.{p.name}": (n.id, p.name) for n in graph for p in n.parameters if n.adapters}
        sizes = {key: int(np.prod(shapes[place])) if shapes.get(*place) is not None else 0 for key, place in names.items()}
        found = summaries(graph, sizes)
        self.list.show_adapters(found)
        current = found.get(self.shown.name)
        self.merging.setVisible(current is not None)
        if current is None:
            self.outcome.show_effects(None)
        elif self.view is not None and self.is_shown:
            self.draw(self.view)
        self.save_button.setEnabled(current is not None)
        if current is not None:
            self.merging.choose(MERGED if current.merged else BESIDE)
            self.merging.setAccessibleName(f"Where the update of {current.name} stands")
            self.save_button.setText("Save")
        elif self.words.color != "error":
            self._say(HINT)
        if current is not None and self.words.text() == HINT:
            self._say("")

    def _refuse(self, sentence: str) -> None:
        if sentence or self.words.color == "error":
            self.words.set_color("error" if sentence else "text2")
            self.words.setText(sentence)
            self.words.setVisible(bool(sentence))

    def _say(self, sentence: str) -> None:
        self.words.set_color("text2")
        self.words.setText(sentence)
        self.words.setVisible(bool(sentence))

    # Doing

    def _attach(self) -> None:
        window: QWidget | None = self.window()
        while window is not None:  # a dock that floats is a window of its own, within the one it was taken from
            action = window.findChild(QAction, "lora.attach")  # a part of the window, which it belongs to already
            if action is not None:
                action.trigger()
                return
            above = window.parentWidget()
            window = above.window() if above is not None else None

    def _merge(self, where: str) -> None:
        if not self.edits.merge(self.shown.name, where == MERGED):
            self.follow()

    def save(self) -> None:
        """Asks for a folder in which one of the adapter's name is made."""
        name = self.shown.name
        found = QFileDialog.getExistingDirectory(self, f"Save {name} in a folder of its name in …", str(Path.home()))
        if found:
            self.edits.save(name, Path(found) / name)

    def load(self) -> None:
        found = QFileDialog.getExistingDirectory(self, "Load an adapter: the folder with adapter_config.json", str(Path.home()))
        if found:
            self.edits.load(Path(found))
