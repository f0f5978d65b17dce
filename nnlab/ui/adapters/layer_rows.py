"""The layers an adapter is attached to: one row each, with how many numbers will learn, and a rank and alpha that may differ."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QWidget

from nnlab.core.setting import Setting
from nnlab.ui.look.numbers import count
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.check import Check
from nnlab.ui.widgets.label import ElidedLabel, Label
from nnlab.ui.widgets.number_field import NumberField

MOST_SHOWN = 4  # rows; more are scrolled to


class LayerRows(QScrollArea):
    """`changed` when another layer is chosen or a row's own number is another one; `refused(key, sentence)` for one that cannot be.

    Rows follow the form's rank and alpha until they are given their own.
    """

    changed = Signal()
    refused = Signal(str, str)

    def __init__(self, theme: Theme, rank: Setting, alpha: Setting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._settings = theme, {"rank": rank, "alpha": alpha}
        self._shared: dict[str, float] = {"rank": float(rank.default), "alpha": float(alpha.default)}
        self.layers: tuple[str, ...] = ()
        self.every = Check(theme, "", "All dense layers")
        self.checks: dict[str, Check] = {}
        self.fields: dict[tuple[str, str], NumberField] = {}  # by layer and setting
        self._own: dict[tuple[str, str], float] = {}
        self._counts: dict[str, Label] = {}
        self.every.clicked.connect(self._choose_all)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        follow(theme, self)

    def show_layers(self, layers: Sequence[str], chosen: Collection[str]) -> None:
        """A row for each layer, with the form's numbers; nothing is emitted."""
        self.layers, self._own = tuple(layers), {}
        self.checks, self.fields, self._counts = {}, {}, {}
        self.every.setParent(None)
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(0, 0, self._theme.metrics.px(12), 0)
        grid.setSpacing(self._theme.metrics.px(4))
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.every, 0, 0)
        grid.addWidget(Label(self._theme, "all dense layers", "caption", "text2"), 0, 1)
        for column, head in ((2, "learn"), (3, "r"), (4, "α")):
            grid.addWidget(Label(self._theme, head, "caption", "text2"), 0, column, Qt.AlignmentFlag.AlignRight)
        for row, layer in enumerate(self.layers, 1):
            self._add_row(grid, row, layer)
        grid.setRowStretch(len(self.layers) + 1, 1)
        self.setWidget(page)
        page.setAutoFillBackground(False)  # a scroll area turns it on
        self.choose(chosen)
        self.updateGeometry()

    def _add_row(self, grid: QGridLayout, row: int, layer: str) -> None:
        check = Check(self._theme, "", layer, "Whether this layer gets an adapter")
        check.clicked.connect(self._follow_checks)
        counted = Label(self._theme, "", "name")
        counted.setMinimumWidth(self._theme.metrics.px(56))
        counted.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(check, row, 0)
        grid.addWidget(ElidedLabel(self._theme, layer), row, 1)
        grid.addWidget(counted, row, 2)
        for column, name in ((3, "rank"), (4, "alpha")):
            setting = replace(self._settings[name], title=f"{self._settings[name].label} of {layer}")
            field = NumberField(self._theme, setting, self._whole(name, self._shared[name]), arrows=False)
            field.setFixedWidth(self._theme.metrics.px(52))
            field.setAlignment(Qt.AlignmentFlag.AlignRight)
            for signal in (field.considered, field.previewed, field.committed):
                signal.connect(partial(self._give, layer, name))
            field.refused.connect(partial(self.refused.emit, f"{name} of {layer}"))
            self.fields[layer, name] = field
            grid.addWidget(field, row, column)
        self.checks[layer], self._counts[layer] = check, counted

    @property
    def chosen(self) -> tuple[str, ...]:
        """The layers with a tick, in the order of the rows."""
        return tuple(layer for layer in self.layers if self.checks[layer].isChecked())

    def own(self, name: str) -> dict[str, float]:
        """Of the chosen layers, those with a number of their own for `name`, "rank" or "alpha"."""
        return {layer: self._own[layer, name] for layer in self.chosen if (layer, name) in self._own}

    def choose(self, layers: Collection[str]) -> None:
        """Ticks exactly these layers; nothing is emitted."""
        for layer, check in self.checks.items():
            check.setChecked(layer in layers)
        self._show_every()

    def share(self, name: str, value: float) -> None:
        """The form's own number: every row shows it that was not given another one."""
        self._shared[name] = value
        for (layer, key), field in self.fields.items():
            if key == name and (layer, name) not in self._own:
                field.set_value(self._whole(name, value))

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """How many numbers learn, by layer; none for a layer that gets no adapter."""
        for layer, label in self._counts.items():
            label.setText(count(counts[layer]) if layer in counts else "")

    def _whole(self, name: str, value: float) -> float:
        return int(value) if isinstance(self._settings[name].default, int) else value

    def _give(self, layer: str, name: str, value: object) -> None:
        number = self._whole(name, float(value))  # type: ignore[arg-type]  # a number field's
        if number == self._shared[name]:
            self._own.pop((layer, name), None)
        else:
            self._own[layer, name] = number
        self.changed.emit()

    def _choose_all(self) -> None:
        self.choose(() if len(self.chosen) == len(self.layers) else self.layers)
        self.changed.emit()

    def _follow_checks(self) -> None:
        self._show_every()
        self.changed.emit()

    def _show_every(self) -> None:
        chosen = len(self.chosen)
        some = 0 < chosen < len(self.layers)
        state = Qt.CheckState.PartiallyChecked if some else Qt.CheckState.Checked if chosen else Qt.CheckState.Unchecked
        self.every.setTristate(some)
        self.every.setCheckState(state)

    def apply_metrics(self) -> None:
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        metrics = self._theme.metrics
        page = self.widget()
        whole = page.sizeHint().height() if page is not None else 0
        return QSize(metrics.px(340), min(whole, (MOST_SHOWN + 1) * (metrics.field + metrics.px(6))))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(300), self.sizeHint().height())
