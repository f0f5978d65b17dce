"""Playing a lesson against a network whose numbers are given: right passes, wrong never does, shown leads on."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnlab.lessons.facts import Facts
from nnlab.lessons.lesson import Choice, Hint, Lesson, LessonQuestion, LessonStep
from nnlab.lessons.play import DONE, OPEN, SHOWN, SKIPPED, LessonPlay, answer_rows, number_in_words
from nnlab.training.project import Project

NUMBER = LessonQuestion(
    "number", "How large?", "loss * 2", tolerance=0.01, hints=(Hint("Not half.", "given < answer"), Hint("Less than {{loss}}."))
)
CHOICE = LessonQuestion(
    "choice", "Which way?", choices=(Choice("up", "loss > before", hint="Look again."), Choice("down", "loss < before", hint="No."))
)
STEPS = (
    LessonStep("read", "Read", "Words."),
    LessonStep("ask", "Ask", "Words.", question=NUMBER),
    LessonStep(
        "do", "Do", "Words.", action="Train", check="iteration >= 10", done="{{iteration}} iterations", remember={"before": "loss"},
        question=CHOICE,
    ),
)  # fmt: skip


def play() -> LessonPlay:
    return LessonPlay(Lesson("a", "A", "B", 1, 1, 5, STEPS, Path()))


def at(loss: float, iteration: float = 0) -> Facts:
    return Facts(Project(), lambda name: None, {"loss": lambda: loss, "iteration": lambda: iteration})


def test_right_answers_pass_and_are_recorded() -> None:
    game = play()
    game.begin(at(0.5))
    assert game.can_go_on and game.now.state == DONE
    assert game.next()
    game.begin(at(0.5))
    assert not game.can_go_on
    assert game.answer("1.005", at(0.5)).right
    assert game.can_go_on and game.now.state == DONE
    assert game.next()
    game.begin(at(0.5))
    assert not game.action_is_open  # the prediction comes first
    assert not game.look(at(0.1, 99))
    assert game.answer("1", at(0.5)).is_recorded
    assert not game.look(at(0.4, 9))
    assert game.look(at(0.4, 10))
    assert game.now.right and game.now.words == "10 iterations" and game.can_go_on and game.is_last and game.is_over
    assert not game.next()


def test_a_wrong_answer_gets_its_hint_and_never_passes() -> None:
    game = play()
    game.go_to(1)
    game.begin(at(0.5))
    assert game.answer("0.5", at(0.5)).hint == "Not half."
    assert game.answer("2", at(0.5)).hint == "Less than 0.5."
    assert not game.can_go_on and game.now.state == OPEN
    game.go_to(2)
    game.begin(at(0.5))
    game.answer("0", at(0.5))
    assert game.look(at(0.4, 10))
    assert not game.can_go_on and game.hint("0", at(0.4, 10)) == "Look again."
    assert game.answer("1", at(0.4, 10)).right and game.can_go_on
    assert game.now.given == ["0", "1"]


def test_what_is_shown_leads_on_and_is_recorded_as_that() -> None:
    game = play()
    game.go_to(1)
    game.begin(at(0.5))
    game.show_answer()
    assert game.can_go_on and game.now.state == SHOWN
    game.go_to(2)
    game.begin(at(0.5))
    game.show_answer()
    assert game.action_is_open and not game.can_go_on
    assert game.look(at(0.4, 10), shown=True)
    assert game.now.state == SHOWN


def test_a_number_that_there_is_not_yet_is_not_judged() -> None:
    game = play()
    game.go_to(1)
    for loss in ("nan", "inf"):
        judged = game.answer("1", at(float(loss)))
        assert not judged.right and "no such number yet" in judged.hint and not game.now.given


def test_progress_is_kept_by_the_names_of_steps() -> None:
    game = play()
    game.go_to(1)
    game.begin(at(0.5))
    game.skip()
    again = LessonPlay(game.lesson, game.record)
    assert again.place == 1 and again.now.state == SKIPPED
    assert again.back() and again.place == 0 and not again.back()
    assert answer_rows([(game.lesson, game.record)]) == [("a", "Ask", "How large?", "", "false", "skipped")]


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (1234.0, "", "1,234"), (-0.12345, "", "−0.1235"), (0.5, ".2f", "0.50"), (1.5e-7, "", "1.5·10^−7"), (float("nan"), ".2f", "…"),
        (float("-inf"), "", "−∞"), (float("inf"), ".2f", "∞"), (0.72, ".0%", "72 %"), (0.995, ".0%", "99.5 %"), (0.0025, ".0%", "0.2 %"),
        (0.9999, ".0%", "> 99.9 %"), (0.0001, ".1%", "< 0.1 %"), (1.0, ".0%", "100 %"), (0.0, ".1%", "0.0 %"),
    ],
)
def test_numbers_in_words(value: float, form: str, text: str) -> None:
    assert number_in_words(value, form).replace("^-", "^−").replace("\u00a0", " ") == text


def test_what_a_step_is_to_remember_is_no_number_before_it_begins() -> None:
    game = play()
    assert game.next() and game.next()
    assert game.written("It was {{before}}.", at(0.5)) == "It was …."
    game.begin(at(0.5))
    assert game.written("It was {{before}}.", at(0.1)) == "It was 0.5."


def test_an_answer_that_the_action_decides_is_not_revealed_before_it() -> None:
    game = play()
    game.go_to(2)
    game.begin(at(0.5))
    game.show_answer()
    assert not game.is_revealed and game.action_is_open
    assert game.look(at(0.4, 10), shown=True)
    assert game.is_revealed and game.right_choice(at(0.4, 10)) == 1
