"""Advisor: which loss and output layer suit the target column, why, and what in the network does not; applied as one undoable edit."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.controls.advice_card import AdviceCard
from nnlab.ui.widgets.label import ElidedLabel

MOST = 0.22  # of the height of the window


class AdvisorPanel(LivePanel):
    """The advice with room for its pictures; the data panel has it, too."""

    name = "advisor"
    title = "Advisor"

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, "Says which loss suits the target as soon as there are data.", parent)
        theme = services.theme
        self.target = services.advice
        self.column_name = ElidedLabel(theme, "", "body", "text2")
        self.column_name.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.add_option(self.column_name)
        self.card = AdviceCard(theme, self.target)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.card)
        column.addStretch(1)
        self._area = QScrollArea()
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what is in it has the focus
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(page)
        self.set_content(self._area)
        self.target.changed.connect(self._show)
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _show(self) -> None:
        advice = self.target.advice
        self.column_name.setText(f"column {advice.column}" if advice is not None else "")
        self._fit()

    def _fit(self) -> None:
        """As high as what it says, up to a part of the window; the rest scrolls."""
        layout = self.card.layout()
        wanted = layout.heightForWidth(self._area.viewport().width()) if layout is not None else 0
        self._area.setMinimumHeight(max(0, min(wanted, round(MOST * self.window().height()))))
        self.card.set_low(self.card.sizeHint().height() > self._area.viewport().height())
