"""What whoever teaches has of lessons without a window: files to hand out, answers as a table, translations, the glossary, links."""

from __future__ import annotations

import csv
import io
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from nnlab.core.errors import FileError, NNLabError
from nnlab.files.examples import example_names, load_example
from nnlab.files.link_text import read_link, write_link
from nnlab.lessons.answers import HEAD as COLUMNS
from nnlab.lessons.answers import answers_csv
from nnlab.lessons.archive import folder_of, is_lesson_path, pack
from nnlab.lessons.glossary import glossary
from nnlab.lessons.lesson import Choice, Hint, Lesson, LessonQuestion, LessonStep
from nnlab.lessons.library import languages, offered, shipped
from nnlab.lessons.play import LessonPlay
from nnlab.lessons.reader import examine, read_lesson
from nnlab.lessons.starting import way_to
from nnlab.resources_path import resource
from nnlab.training.difference import Difference
from nnlab.training.varied import varied

HEAD = 'title = "A"\nsummary = "B"\nexperiment = 1\norder = 1\nminutes = 5\n'
STEP = '[[step]]\ntitle = "C"\ntext = "first"\n'
Writes = Callable[..., Path]


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NNLAB_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


# Files to hand out


def test_a_lesson_is_packed_and_opened_from_its_file(own_home: Path, tmp_path: Path) -> None:
    folder, path = resource("lessons", "xor"), tmp_path / "my xor.nnlesson"
    pack(folder, path)
    first = path.read_bytes()
    pack(folder, path)
    assert path.read_bytes() == first and is_lesson_path(path)
    opened = folder_of(path)
    assert opened.is_relative_to(own_home) and opened.name == "my_xor"
    assert read_lesson(opened).steps == read_lesson(folder).steps
    assert folder_of(folder / "lesson.toml") == folder


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"lesson.md": "## a"}, "holds no lesson.toml"),
        ({"lesson.toml": "x", "../evil.md": "x"}, "points outside"),
        ({"lesson.toml": "x", "/tmp/evil.md": "x"}, "points outside"),
    ],
)
def test_a_file_from_a_stranger_is_refused_in_words(own_home: Path, tmp_path: Path, entries: dict[str, str], words: str) -> None:
    path = tmp_path / "bad.nnlesson"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in entries.items():
            archive.writestr(name, text)
    with pytest.raises(FileError, match=words):
        folder_of(path)
    assert not list(own_home.rglob("*.md"))


def test_what_is_no_archive_and_what_does_not_belong_in_a_lesson(own_home: Path, tmp_path: Path) -> None:
    path = tmp_path / "torn.nnlesson"
    path.write_bytes(b"PK\x03\x04 torn")
    with pytest.raises(FileError, match="cannot be opened"):
        folder_of(path)
    folder = tmp_path / "mine"
    shutil.copytree(resource("lessons", "xor"), folder)
    (folder / "run.py").write_text("raise SystemExit")
    pack(folder, tmp_path / "mine.nnlesson")
    assert "run.py" not in zipfile.ZipFile(tmp_path / "mine.nnlesson").namelist()


# Answers


def test_answers_are_a_table_that_no_spreadsheet_runs() -> None:
    number = LessonQuestion("number", "=How much?", "3", hints=(Hint("No."),))
    choice = LessonQuestion("choice", "Which?", choices=(Choice("up", "1", hint="h"), Choice("-down, \"left\"", "0", hint="h")))
    steps = (LessonStep("x", "X", "w", question=number), LessonStep("y", "Y", "w", question=choice))
    lesson = Lesson("a", "A", "B", 1, 1, 5, steps, Path())
    play = LessonPlay(lesson)
    for step, given in (("x", ["-4.0", "3.0"]), ("y", ["1"])):
        play.of(lesson.steps[lesson.place_of(step)]).given.extend(given)
    rows = list(csv.reader(io.StringIO(answers_csv([(lesson, play.record)]))))
    assert tuple(rows[0]) == COLUMNS
    assert rows[1] == ["a", "X", "'=How much?", "'-4.0; 3.0", "false", "open"]
    assert rows[2][3] == "'-down, \"left\""


# Translations


def test_a_translation_takes_the_place_of_its_lesson_in_its_language_alone(own_home: Path) -> None:
    folder = own_home / "lessons" / "xor_de"
    shutil.copytree(resource("lessons", "xor"), folder)
    toml = (folder / "lesson.toml").read_text(encoding="utf-8")
    text = re.sub('title = ".*"', 'title = "XOR auf Deutsch"', toml, count=1)
    (folder / "lesson.toml").write_text('language = "de"\ntranslates = "xor"\n' + text, encoding="utf-8")
    assert languages() == ("en", "de")
    german = {lesson.id: lesson for lesson in offered("de")}
    assert "xor" not in german and german["xor_de"].title == "XOR auf Deutsch" and german["xor_de"].language == "de"
    assert len(german) == len(shipped())
    assert [lesson.id for lesson in offered("en")] == [lesson.id for lesson in shipped()]


def test_a_language_that_is_none_is_named_with_its_place(lesson_folder: Writes) -> None:
    _, found = examine(lesson_folder(HEAD + 'language = "German"\n' + STEP))
    assert (found[0].line, found[0].column) == (6, 1) and "no code of a language" in found[0].sentence
    _, found = examine(lesson_folder(HEAD + 'translates = "xor"\n' + STEP))
    assert found[0].line == 6 and "names its language" in found[0].sentence


# The way to a step


def test_the_way_to_a_step_follows_what_comes_after_what() -> None:
    after = {"a": "c", "b": "d", "c": "", "d": ""}
    steps = tuple(LessonStep(name, name, "", following=following) for name, following in after.items())
    lesson = Lesson("x", "X", "Y", 1, 1, 5, steps, Path())
    assert [step.id for step in way_to(lesson, 3)] == ["a", "c", "d"]
    assert [step.id for step in way_to(lesson, 1)] == ["a", "b"]  # none leads to it: what is written before it


# The glossary


def test_every_term_has_a_sentence_a_formula_that_is_typeset_and_a_lesson_that_ships() -> None:
    from nnlab.ui.look.formula import typeset

    names, lessons = [], {lesson.id for lesson in shipped()}
    for term in glossary():
        assert term.sentence.endswith(".") and len(term.sentence) < 140, term.name
        assert not typeset(term.formula).problem, f"{term.name}: {typeset(term.formula).problem}"
        assert term.lesson in lessons, term.name
        names += [term.name.casefold(), *{name.casefold() for name in term.also} - {term.name.casefold()}]
    assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)


@pytest.mark.parametrize(
    ("label", "term"),
    [
        ("Learning rate", "learning rate"), ("&Hidden units", "neuron"), ("Batch size", "batch"), ("Cost by rank", "rank"),
        ("Save the project to its file and go on", None), ("", None), ("binary cross-entropy", "cross-entropy"),
    ],
)  # fmt: skip
def test_a_label_names_its_longest_term(label: str, term: str | None) -> None:
    found = glossary().within(label)
    assert (found.name if found is not None else None) == term


# Links


@pytest.mark.parametrize("name", example_names())
def test_a_link_opens_an_example_as_it_is(name: str) -> None:
    link = write_link(load_example(name), 7, "step")
    found = read_link(f"  {link}\n")
    assert link.startswith(f"nnlab:{name}") and (found.iteration, found.workspace) == (7, "step")
    assert found.project.computes_the_same_as(load_example(name))


def test_a_link_says_what_differs_and_carries_whole_what_cannot_be_said() -> None:
    project = load_example("spiral")
    for key, text in (("learning_rate", "0.05"), ("units", "5"), ("seed", "3")):
        project = varied(project, Difference(key, text))
    link = write_link(project)
    assert "network=2-5-5-1 tanh" in link and "learning_rate=0.05" in link and "seed=3" in link
    assert read_link(link).project.computes_the_same_as(project)
    other = varied(project, Difference("loss", "mse"))
    assert write_link(other).startswith("nnlab:project?content=") and read_link(write_link(other)).project.computes_the_same_as(other)


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("nnlab:nowhere", "'nowhere', which there is not"),
        ("nnlab:spiral?learning_rat=3", "cannot set learning_rat"),
        ("nnlab:spiral?iteration=-3", "whole number"),
        ("nnlab:spiral?iteration=99999999999", "up to 1,000,000"),
        ("nnlab:spiral?network=2-x-1", "."),
        ("nnlab:project?content=AAAA", "cannot be unpacked"),
        ("nnlab:project", "cut off"),
        ("https://example.org/nnlab", "no link of NN Lab"),
        ("nnlab:" + "a" * 70_000, "at most 60,000"),
    ],
)
def test_a_link_that_cannot_be_read_is_refused_in_one_sentence(link: str, words: str) -> None:
    with pytest.raises(NNLabError, match=re.escape(words)):
        read_link(link)


def test_a_link_does_not_name_files_of_this_computer(tmp_path: Path) -> None:
    from nnlab.files.starting_network import project_for_table

    table = tmp_path / "t.csv"
    table.write_text("a,b,y\n" + "".join(f"{k},{k * 2 % 7},{k % 2}\n" for k in range(40)), encoding="utf-8")
    with pytest.raises(FileError, match="a link cannot carry"):
        write_link(project_for_table(table))


# What the guide says


def test_the_lesson_of_the_guide_has_nothing_to_correct(tmp_path: Path) -> None:
    from nnlab.ui.window.known_controls import window_controls

    guide = (Path(__file__).parents[2] / "docs" / "lessons.md").read_text(encoding="utf-8")
    for language, name in (("toml", "lesson.toml"), ("markdown", "lesson.md")):
        found = re.search(rf"```{language}\n(.*?)```", guide, re.DOTALL)
        assert found is not None
        (tmp_path / name).write_text(found[1], encoding="utf-8")
    lesson, problems = examine(tmp_path, window_controls())
    assert problems == () and lesson is not None and len(lesson.steps) == 2
