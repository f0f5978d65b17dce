"""Editors: the control that fits a setting, chosen by its declaration.

A number with two limits, or on a logarithmic scale, has a slider and a field; another number a field; a choice a list; true or
false a check box; free text a line. All speak the same signals, so that a form need not know which is which. An editor of several
things at once whose values differ says so, and any decision then holds for all of them.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from nnlab.core.errors import SettingError
from nnlab.core.setting import Setting, Value
from nnlab.ui.look.metrics import QWIDGETSIZE_MAX
from nnlab.ui.look.numbers import editable
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.check import Check
from nnlab.ui.widgets.number_field import MIXED, NumberField
from nnlab.ui.widgets.slider import NumberSlider
from nnlab.ui.widgets.text_undo import share_undo

_SMALLEST = 1e-6  # where a logarithmic slider that begins with 0 goes on
FIELD = 72  # pixels of a number beside its slider
_REACH = 1e3  # how far, as a factor, a logarithmic slider without limits reaches from the default


class SettingEditor(QWidget):
    """Edits one setting. Values in `previewed` and `committed` have passed `Setting.check`; `refused` carries its sentence, or "".

    `considered` follows the choice that is looked at in an open list, and ends with the one that is chosen.
    """

    previewed = Signal(object)
    considered = Signal(object)
    committed = Signal(object)
    refused = Signal(str)

    def __init__(self, theme: Theme, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme, self.setting = theme, setting
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)

    @property
    def value(self) -> Value:
        raise NotImplementedError

    def set_value(self, value: Value) -> None:
        """Shows a value from outside without emitting anything."""
        raise NotImplementedError

    def show_mixed(self, value: Value) -> None:
        """Stands for several different values, of which `value` is the first."""
        raise NotImplementedError

    def put(self, control: QWidget, stretch: int = 0) -> None:
        """Adds a control, named and explained by the setting; the last one put takes the focus of the whole editor."""
        control.setAccessibleName(self.setting.label)
        control.setAccessibleDescription(self.setting.tip)
        control.setToolTip(tooltip(self.setting))
        self.row.addWidget(control, stretch)
        self.setFocusProxy(control)


def tooltip(setting: Setting) -> str:
    """What the setting does, its range, and its default."""
    limited = not isinstance(setting.default, (bool, str)) and (setting.minimum is not None or setting.maximum is not None)
    unit = f" {setting.unit}" if setting.unit else ""
    limits = f"{setting.limits[0].upper()}{setting.limits[1:]}{unit}. " if limited else ""
    tip = f"{setting.tip.rstrip('.')}. " if setting.tip else ""
    if isinstance(setting.default, bool):
        default = "on" if setting.default else "off"
    elif isinstance(setting.default, int | float):
        default = editable(setting.default)  # as the field beside it has it
    else:
        default = setting.title_of(str(setting.default))
    return f"{tip}{limits}{f'Default: {default}.' if default else ''}".rstrip()


def editor_for(theme: Theme, setting: Setting, value: Value | None = None) -> SettingEditor:
    """The editor that fits the declaration, showing `value` or the default."""
    kind: type[SettingEditor]
    if isinstance(setting.default, bool):
        kind = CheckEditor
    elif isinstance(setting.default, str):
        kind = ChoiceEditor if setting.choices else TextEditor
    else:
        kind = NumberEditor
    editor = kind(theme, setting)
    editor.set_value(setting.default if value is None else value)
    return editor


def slider_range(setting: Setting) -> tuple[float, float] | None:
    """The range a slider over the setting covers; None if a slider makes no sense for it."""
    low, high = setting.minimum, setting.maximum
    if setting.logarithmic:
        default = abs(float(setting.default)) or 1.0
        low = low if low is not None and low > 0 else default / _REACH if setting.default else _SMALLEST
        high = default * _REACH if high is None else min(high, default * _REACH) if low < default else high
        return (low, high) if low < high else None
    if isinstance(setting.default, int) or low is None or high is None or not low < high or math.isinf(high - low):
        return None
    return low, high


class NumberEditor(SettingEditor):
    def __init__(self, theme: Theme, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(theme, setting, parent)
        reach = slider_range(setting)
        zero = setting.logarithmic and setting.minimum == 0
        self._slider = NumberSlider(theme, *reach, logarithmic=setting.logarithmic, zero=zero) if reach else None
        self._field = NumberField(theme, setting, arrows=reach is None)
        if self._slider is not None:
            self.put(self._slider, 1)
            self._slider.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            self._slider.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # one stop of Tab for a setting: the field has the same keys
            self._slider.moved.connect(self._slid)
            self._slider.sliderReleased.connect(self._field.finish)
        self.put(self._field, 0 if reach else 1)
        self._field.previewed.connect(self._previewed)
        self._field.committed.connect(self._committed)
        self._field.refused.connect(self.refused)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.row.setSpacing(self.theme.metrics.px(6))
        self._share_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        """The field has its width first; a slider that would be shorter than can be used leaves it all."""
        if self._slider is None:
            return
        wanted, spacing = self.theme.metrics.px(FIELD), self.row.spacing()
        has_room = self.width() >= wanted + spacing + self._slider.minimumSizeHint().width()
        self._slider.setVisible(has_room)
        self._field.setMinimumWidth(wanted)
        self._field.setMaximumWidth(wanted if has_room else QWIDGETSIZE_MAX)

    @property
    def value(self) -> Value:
        return self._field.value

    def set_value(self, value: Value) -> None:
        self._field.set_value(value)
        self._follow(value)

    def show_mixed(self, value: Value) -> None:
        self._field.show_mixed(value)
        self._follow(value)

    def _follow(self, value: object) -> None:
        if self._slider is not None and not self._slider.isSliderDown():
            self._slider.set_number(float(value))  # type: ignore[arg-type]

    def _slid(self, value: float) -> None:
        # Three digits are as fine as a hand is; at the end of the range they must not round beyond it.
        low, high = self.setting.minimum, self.setting.maximum
        rounded = float(f"{value:.3g}")
        rounded = rounded if low is None else max(rounded, low)
        rounded = rounded if high is None else min(rounded, high)
        self._field.preview(rounded, held=self._slider is not None and self._slider.isSliderDown())

    def _previewed(self, value: object) -> None:
        self._follow(value)
        self.previewed.emit(value)

    def _committed(self, value: object) -> None:
        self._follow(value)
        self.committed.emit(value)


class _ComboBox(QComboBox):
    """A combo box that leaves the wheel to the page unless it has the focus."""

    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.view().installEventFilter(self)

    def showPopup(self) -> None:
        super().showPopup()
        # Qt opens at the row that was looked at last, though another one may have been chosen, or none.
        self.view().setCurrentIndex(self.model().index(self.currentIndex(), 0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Hide and self.isVisible():
            self.closed.emit()
        return super().eventFilter(watched, event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class ChoiceEditor(SettingEditor):
    def __init__(self, theme: Theme, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(theme, setting, parent)
        self._list = _ComboBox()
        for choice in setting.choices:
            self._list.addItem(setting.title_of(choice), choice)
        self._list.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._list.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._list.view().setTextElideMode(Qt.TextElideMode.ElideRight)
        self._value: Value | None = setting.default
        self._list.setPlaceholderText(MIXED)
        self.put(self._list, 1)
        self._list.activated.connect(self._chosen)
        self._list.highlighted.connect(lambda row: self.considered.emit(self._list.itemData(row)))
        self._list.closed.connect(lambda: self.considered.emit(self.value))

    @property
    def value(self) -> Value:
        return self.setting.default if self._value is None else self._value

    def set_value(self, value: Value) -> None:
        self._value = value
        self._list.setCurrentIndex(self._list.findData(value))
        self._show_mixed(False)

    def show_mixed(self, value: Value) -> None:
        self._value = None
        self._list.setCurrentIndex(-1)
        self._show_mixed(True)

    def _show_mixed(self, is_mixed: bool) -> None:
        """Writes "mixed" as a placeholder is written."""
        if is_mixed != bool(self._list.property("mixed")):
            self._list.setProperty("mixed", is_mixed)
            self._list.style().unpolish(self._list)
            self._list.style().polish(self._list)

    def _chosen(self) -> None:
        value = self._list.currentData()
        if value != self._value:
            self._value = self.setting.check(value)
            self._show_mixed(False)
            self.considered.emit(self._value)
            self.committed.emit(self._value)


class CheckEditor(SettingEditor):
    def __init__(self, theme: Theme, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(theme, setting, parent)
        self._check = Check(theme)
        self.put(self._check)
        self.row.addStretch(1)
        self._check.clicked.connect(self._clicked)

    @property
    def value(self) -> Value:
        return self._check.isChecked()

    def set_value(self, value: Value) -> None:
        self._check.setTristate(False)
        self._check.setChecked(bool(value))

    def show_mixed(self, value: Value) -> None:
        self._check.setCheckState(Qt.CheckState.PartiallyChecked)

    def _clicked(self, checked: bool) -> None:
        self._check.setTristate(False)
        self.committed.emit(checked)


class TextEditor(SettingEditor):
    def __init__(self, theme: Theme, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(theme, setting, parent)
        self._line = QLineEdit()
        share_undo(self._line)
        self._value, self._is_mixed = setting.default, False
        self.put(self._line, 1)
        self._line.textEdited.connect(self._edited)
        self._line.editingFinished.connect(self._finished)

    @property
    def value(self) -> Value:
        return self._value

    def set_value(self, value: Value) -> None:
        self._value, self._is_mixed = value, False
        self._line.setPlaceholderText("")
        self._line.setText(str(value))

    def show_mixed(self, value: Value) -> None:
        self._value, self._is_mixed = value, True
        self._line.setText("")
        self._line.setPlaceholderText(MIXED)

    def _edited(self, text: str) -> None:
        try:
            value = self.setting.check(text)
        except SettingError as error:
            self._show_refused(str(error))
            return
        self._show_refused("")
        self.previewed.emit(value)

    def _show_refused(self, sentence: str) -> None:
        if bool(sentence) != bool(self._line.property("invalid")):
            self._line.setProperty("invalid", bool(sentence))
            self._line.style().unpolish(self._line)
            self._line.style().polish(self._line)
        self.refused.emit(sentence)

    def _finished(self) -> None:
        if self._is_mixed and not self._line.isModified():
            return
        try:
            value = self.setting.check(self._line.text())
        except SettingError as error:
            self._show_refused(str(error))
            return
        self._show_refused("")
        if value != self._value or self._is_mixed:
            self._value, self._is_mixed = value, False
            self.committed.emit(value)
