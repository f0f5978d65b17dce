"""The invitation: what it offers beside one run alone, and as the fourth of runs that differ in something already."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from nnlab.ui.comparison.invitation import Invitation
from nnlab.ui.look.theme import Theme

RATES = ("0.001", "0.003", "0.01", "0.03")
CHOICES = {"learning_rate": RATES, "optimizer": ("sgd", "adam")}, {"learning_rate": "0.01", "optimizer": "adam"}


def test_a_second_run_may_differ_in_anything_and_a_fourth_in_what_the_others_do(qtbot: QtBot, theme: Theme) -> None:
    invitation = Invitation(theme, lambda: CHOICES)
    qtbot.addWidget(invitation)
    invitation.resize(280, 300)
    invitation.show()
    wanted: list[tuple[str, list[str]]] = []
    invitation.wanted.connect(lambda key, values: wanted.append((key, values)))
    assert invitation.offers == (("learning_rate", "0.01", "0.03"), ("optimizer", "adam", "sgd"))
    invitation.buttons[1].click()
    invitation.set_compared("learning_rate", ("0.01", "0.03", "0.1"))
    assert invitation.offers == (("learning_rate", "0.01", "0.001"), ("learning_rate", "0.01", "0.003"))
    assert not invitation.words.isVisible() and invitation.more.isVisible()
    invitation.buttons[0].click()
    assert wanted == [("optimizer", ["adam", "sgd"]), ("learning_rate", ["0.01", "0.03", "0.1", "0.001"])]
    assert "0.01, 0.03, 0.1 with 0.001" in invitation.buttons[0].toolTip()
