"""What is kept of lessons between two starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnlab.lessons.library import shipped
from nnlab.lessons.play import DONE, OPEN, SHOWN, LessonRecord, StepRecord
from nnlab.ui.files.store import Store
from nnlab.ui.learn.progress import LessonProgress


@pytest.fixture
def progress(tmp_path: Path) -> LessonProgress:
    return LessonProgress(Store(tmp_path))


def record(**states: str) -> LessonRecord:
    return LessonRecord("b", {name: StepRecord(state, ["0.5"], True) for name, state in states.items()}, {"loss": 0.25})


def test_a_record_is_read_as_it_was_written_also_by_the_next_start(progress: LessonProgress, tmp_path: Path) -> None:
    written = record(a=DONE, b=SHOWN)
    progress.write("xor", written)
    for reader in (progress, LessonProgress(Store(tmp_path))):
        assert reader.read("xor") == written
        assert reader.last == "xor"
        assert reader.states("xor", ("a", "b", "c")) == (DONE, SHOWN, OPEN)
    assert progress.read("plateau") == LessonRecord()
    assert progress.states("plateau", ("a",)) == (OPEN,)


def test_what_was_forgotten_or_spoiled_begins_anew(progress: LessonProgress, tmp_path: Path) -> None:
    progress.write("xor", record(a=DONE))
    progress.forget("xor")
    assert progress.read("xor") == LessonRecord()
    Store(tmp_path).set("lessons/xor", "{no record")
    assert progress.read("xor") == LessonRecord()


def test_lessons_that_were_begun_are_found_in_their_order(progress: LessonProgress, tmp_path: Path) -> None:
    lessons = sorted(shipped(), key=lambda lesson: (lesson.experiment, lesson.order, lesson.id))
    for lesson in (lessons[5], lessons[0], lessons[3]):
        progress.write(lesson.id, record(a=DONE), lesson.folder)
    progress.write(lessons[7].id, record(a=DONE))  # nobody knows where it lies
    progress.write("gone", record(a=DONE), tmp_path / "gone")
    found = progress.all_begun()
    assert [lesson.id for lesson, _ in found] == [lessons[k].id for k in (0, 3, 5)]
    assert all(one == record(a=DONE) for _, one in found)
    Store(tmp_path).set("lessons.places", "spoiled")
    assert progress.all_begun() == []


def test_the_language_is_english_until_another_is_chosen(progress: LessonProgress) -> None:
    assert progress.language == "en"
    progress.choose_language("de")
    assert progress.language == "de"
