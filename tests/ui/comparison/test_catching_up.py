from pytestqt.qtbot import QtBot

from nnlab.ui.comparison.catching_up import CatchingUp
from nnlab.ui.look.theme import Theme
from nnlab.ui.run.other_runs import LateRun


def test_it_says_how_far_the_run_is(qtbot: QtBot, theme: Theme) -> None:
    card = CatchingUp(theme)
    qtbot.addWidget(card)
    card.show_run(LateRun("0.03", 64, 1250), "learning rate 0.03")
    assert card.accessibleName() == "learning rate 0.03: catches up: 64 of 1,250 iterations"
