"""Going through the misclassified samples: back, which one of how many, forward."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QWidget

from nnlab.training.mistakes import NO_MISTAKES, Mistakes
from nnlab.ui.look import numbers
from nnlab.ui.look.icons import icon
from nnlab.ui.look.theme import Theme
from nnlab.ui.run.chosen_sample import SampleId
from nnlab.ui.widgets.buttons import IconButton
from nnlab.ui.widgets.label import FittingLabel


class _Count(FittingLabel):
    """How many there are and what they are; where there is little room the number alone, which is never cut."""

    def minimumSizeHint(self) -> QSize:
        whole = QFontMetrics(self.font()).horizontalAdvance((self._shorter or (self.text(),))[-1]) + 1
        return QSize(whole, super().minimumSizeHint().height())


class MistakesBar(QWidget):
    """`wanted(sample)`: the person goes to another one. Training reorders the list; one goes on from the sample one is at."""

    wanted = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mistakes = NO_MISTAKES
        self._current: SampleId | None = None
        self._is_there = False  # whether that is in the list
        self._rank = -1  # in the list, of the sample one was at last
        self.back = IconButton.of(theme, icon(theme, "left"), "Previous", "The misclassified sample before (Ctrl+,)")
        self.forward = IconButton.of(theme, icon(theme, "right"), "Next", "The next misclassified sample, most confident first (Ctrl+.)")
        self.count = _Count(theme, "", "caption", "text2")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for widget in (self.back, self.count, self.forward):
            row.addWidget(widget)
        self.back.clicked.connect(self.go_back)
        self.forward.clicked.connect(self.go_forward)
        self.setAccessibleName("Misclassified samples")

    @property
    def mistakes(self) -> Mistakes:
        return self._mistakes

    def show_mistakes(self, mistakes: Mistakes, what: str, current: SampleId | None) -> None:
        """`what` they are, as it stands behind their number; `current` is the sample that is chosen in the window."""
        self._mistakes, self._current = mistakes, current
        rank = None if current is None else mistakes.rank(current.index, current.is_validation)
        self._is_there = rank is not None
        if rank is not None:
            self._rank = rank
        at = "" if rank is None else f"{numbers.count(rank + 1)} of "
        text = f"{at}{numbers.count(len(mistakes))}{what}"
        if text != self.count.text():
            self.count.set_wordings(text, text.removesuffix(what))
        for button in (self.back, self.forward):
            button.setEnabled(len(mistakes) > 0)

    def go_forward(self) -> None:
        self._go(1)

    def go_back(self) -> None:
        self._go(-1)

    def go_to_first(self) -> None:
        self._is_there, self._rank = True, -1
        self._go(1)

    def _go(self, by: int) -> None:
        if not len(self._mistakes):
            return
        # One that is right by now has left the list: what followed it has taken its place.
        rank = self._rank + by if self._is_there or by < 0 else self._rank if self._rank >= 0 else 0
        k = rank % len(self._mistakes)
        self.wanted.emit(SampleId(int(self._mistakes.index[k]), bool(self._mistakes.is_validation[k])))
