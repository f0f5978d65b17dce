"""Settings form: a form made from declared settings, one row each: a label and the editor that fits.

Limits, choices, tips and the sentence for a wrong value all come from `Setting`; the form repeats none of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

from nnlab.core.setting import Setting, Value
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.label import Label, TwoLineLabel
from nnlab.ui.widgets.setting_editors import SettingEditor, editor_for, tooltip


class SettingsForm(QWidget):
    """Edits several settings.

    `previewed(name, value)` follows a value through a gesture (a slider dragged, an arrow held); `committed(name, value)` comes once
    at its end; `considered(name, value)` follows the choice looked at in an open list. What a setting refuses is emitted as neither: its
    sentence stands under the field.
    """

    previewed = Signal(str, object)
    considered = Signal(str, object)
    committed = Signal(str, object)

    def __init__(
        self, theme: Theme, settings: Sequence[Setting] = (), values: Mapping[str, Value] | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._grid = QGridLayout(self)
        self._grid.setColumnStretch(1, 1)
        self._editors: dict[str, SettingEditor] = {}
        self._labels: dict[str, TwoLineLabel] = {}
        self._sentences: dict[str, Label] = {}
        self._mixed: frozenset[str] = frozenset()
        self._most_of_labels = 0.0  # of the form's width, which long labels may take; 0: all are as wide as in every form
        self._remarks: dict[str, str] = {}  # sentences under settings that refuse nothing
        for setting in settings:
            self._add(setting, (values or {}).get(setting.name, setting.default))
        self._grid.setRowStretch(3 * len(self._editors), 1)  # room to spare goes below the last row
        follow(theme, self)

    def _add(self, setting: Setting, value: Value) -> None:
        row = 3 * len(self._editors)
        label = TwoLineLabel(self._theme, setting.label, "body", "text2")
        label.setToolTip(tooltip(setting))
        editor = editor_for(self._theme, setting, value)
        label.setBuddy(editor)
        sentence = Label(self._theme, "", "caption", "error")
        sentence.setWordWrap(True)
        sentence.hide()
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(editor, row, 1, 1, 2)
        self._grid.addWidget(sentence, row + 1, 0, 1, 3, Qt.AlignmentFlag.AlignTop)
        editor.previewed.connect(partial(self.previewed.emit, setting.name))
        editor.considered.connect(partial(self.considered.emit, setting.name))
        editor.committed.connect(partial(self.committed.emit, setting.name))
        editor.refused.connect(partial(self.show_problem, setting.name))
        self._editors[setting.name] = editor
        self._labels[setting.name] = label
        self._sentences[setting.name] = sentence

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._editors)

    @property
    def values(self) -> dict[str, Value]:
        """Every setting's value as shown, the last accepted one where a wrong one is typed."""
        return {name: editor.value for name, editor in self._editors.items()}

    def editor(self, name: str) -> SettingEditor:
        """The editor of a setting. Raises KeyError if the form has none of that name."""
        return self._editors[name]

    def put_below(self, name: str, widget: QWidget) -> None:
        """Shows a widget under a setting, in the editors' column."""
        row = self._grid.getItemPosition(self._grid.indexOf(self._editors[name]))[0]  # type: ignore[index]
        self._grid.addWidget(widget, row + 2, 0, 1, 3)

    def put_beside(self, name: str, widget: QWidget) -> None:
        """Shows a small widget at the right of a setting's editor, which leaves it the room."""
        editor = self._editors[name]
        row = self._grid.getItemPosition(self._grid.indexOf(editor))[0]  # type: ignore[index]
        self._grid.addWidget(editor, row, 1)
        self._grid.addWidget(widget, row, 2)

    @property
    def controls(self) -> list[QWidget]:
        """What takes the keyboard, one for each setting, in reading order."""
        return [control for editor in self._editors.values() if (control := editor.focusProxy()) is not None]

    @property
    def focused(self) -> str | None:
        """The setting whose editor has the keyboard, if any."""
        widget = QApplication.focusWidget()
        return next((n for n, e in self._editors.items() if widget is not None and (e is widget or e.isAncestorOf(widget))), None)

    def set_values(self, values: Mapping[str, Value], mixed: Collection[str] = ()) -> None:
        """Shows values from outside, such as after an undo; nothing is emitted. Names the form does not have are left out.

        What stands for several different values is named in `mixed`.
        """
        for name, value in values.items():
            if name not in self._editors:
                continue
            if name in mixed and name not in self._mixed:
                self._editors[name].show_mixed(value)
                self.show_problem(name, "")
            elif name not in mixed and (self._editors[name].value != value or name in self._mixed):
                self._editors[name].set_value(value)
                self.show_problem(name, "")
        self._mixed = frozenset(mixed)

    def show_problem(self, name: str, sentence: str) -> None:
        """Writes a sentence under a setting; "" takes it away."""
        label = self._sentences[name]
        if sentence != label.text():
            label.setText(sentence)
        label.setVisible(bool(sentence))

    def show_remarks(self, sentences: Mapping[str, str]) -> None:
        """Writes what is remarked on settings under them, by name; remarks of before go, a refusal of what is being typed stays."""
        for name in self._editors:
            sentence, shown = sentences.get(name, ""), self.problem(name)
            if not shown or shown == self._remarks.get(name):
                self.show_problem(name, sentence)
                self._remarks[name] = sentence

    def problem(self, name: str) -> str:
        """The sentence under a setting, or ""."""
        return self._sentences[name].text()

    def set_available(self, name: str, reason: str = "") -> None:
        """Enables a setting, or disables it and says why in its tooltip."""
        self._editors[name].setEnabled(not reason)
        self._labels[name].set_color("text3" if reason else "text2")
        self._labels[name].setToolTip(reason or tooltip(self._editors[name].setting))

    def show_long_labels(self, most: float) -> None:
        """Makes room for the longest label, up to this share of the form's width."""
        self._most_of_labels = most
        self.apply_metrics()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._most_of_labels:
            self.apply_metrics()

    def _label_width(self) -> int:
        usual = self._theme.metrics.label
        if not self._most_of_labels or not self._labels:
            return usual
        metrics = QFontMetrics(self._theme.font("body"))
        longest = max(metrics.horizontalAdvance(editor.setting.label) for editor in self._editors.values()) + self._theme.metrics.px(4)
        return max(usual, min(longest, round(self._most_of_labels * self.width())))

    def retire(self) -> None:
        """Gives the form up: what a field still holds is not committed to whatever is shown after it."""
        self.blockSignals(True)
        self.hide()
        self.deleteLater()

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self._grid.setContentsMargins(metrics.padding, 0, metrics.padding, 0)
        self._grid.setHorizontalSpacing(metrics.grid)
        self._grid.setVerticalSpacing(0)
        width = self._label_width()
        for name, label in self._labels.items():
            label.setFixedWidth(width)
            label.setFixedHeight(metrics.form_row)
            self._editors[name].setFixedHeight(metrics.form_row)
            self._sentences[name].setContentsMargins(width + metrics.grid, 0, 0, metrics.px(6))
