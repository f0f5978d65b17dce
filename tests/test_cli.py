"""The command line in one process: what it prints, where, and how it ends."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import full_disks
import pytest
from command_line import Answer, run_command
from networks import mlp
from projects import same_arrays, small_project

import nnlab
from nnlab import cli
from nnlab.core import atomic
from nnlab.core.errors import LONGEST
from nnlab.core.memory import NotEnoughMemory
from nnlab.core.preparation import DataSettings, prepare
from nnlab.files.examples import example_names
from nnlab.files.project import SavedProject
from nnlab.files.project_file import load_project, save_project
from nnlab.training.diagnosis import DiagnosisKind, diagnoses
from nnlab.training.settings import TrainingSettings

KEYS = {"step", "epoch", "loss", "validation_loss", "metrics", "steps_per_second", "parameters", "seed", "verdict", "diagnosis"}


@pytest.fixture
def nnlab_command(capfd: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    return partial(run_command, capfd)


Run = Callable[..., Answer]


# train


def test_train_reports_what_the_contract_names(nnlab_command: Run):
    answer = nnlab_command("train", "digits", "--epochs", 20, "--json")
    assert answer.status == 0 and set(answer.report) >= KEYS
    assert answer.report["step"] == 900 and answer.report["epoch"] == 20 and answer.report["parameters"] == 2410
    assert answer.report["metrics"]["accuracy"] >= 0.96
    assert answer.report["convergence"]["sentence"].split(":")[0] in answer.err
    assert "accuracy" in answer.err and len(answer.out.splitlines()) == 1


def test_the_same_command_gives_the_same_loss_bit_for_bit(nnlab_command: Run):
    answers = [nnlab_command("train", "spiral", "--steps", 500, "--json").report for _ in range(2)]
    for answer in answers:
        del answer["steps_per_second"]
    assert answers[0] == answers[1]


def test_without_json_the_summary_is_on_stdout(nnlab_command: Run):
    answer = nnlab_command("train", "xor", "--steps", 100)
    assert answer.out.startswith("xor: 100 steps") and "accuracy" in answer.out and "seed 0" in answer.out


def test_the_number_of_epochs_is_the_projects_own(nnlab_command: Run):
    assert nnlab_command("train", "gaussians", "--json").report["epoch"] == 20


def test_the_seed_decides_the_weights(nnlab_command: Run):
    losses = [nnlab_command("train", "xor", "--steps", 10, "--seed", seed, "--json").report["loss"] for seed in (0, 1, 1)]
    assert losses[0] != losses[1] == losses[2]


def test_out_writes_a_project_that_goes_on_where_it_stood(nnlab_command: Run, tmp_path: Path):
    half, whole, both = (tmp_path / name for name in ("half.nnlab", "whole.nnlab", "both.nnlab"))
    nnlab_command("train", "xor", "--steps", 200, "--out", whole)
    nnlab_command("train", "xor", "--steps", 77, "--out", half)
    answer = nnlab_command("train", half, "--steps", 123, "--out", both, "--json")
    assert answer.report["step"] == 200 and "continues at iteration 77" in answer.err
    left, right = load_project(whole).snapshot, load_project(both).snapshot
    assert left is not None and right is not None and same_arrays(left.parameters, right.parameters)
    assert nnlab_command("train", half, "--steps", 5, "--seed", 0, "--json").report["step"] == 5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--steps", 0), "--steps"),
        (("--epochs", -1), "--epochs"),
        (("--epochs", "many"), "--epochs"),
        (("--seed", -1), "--seed"),
        (("--epochs", 1, "--steps", 1), "cannot be combined"),
        (("--out", "x.txt"), "must end in .nnlab"),
        (("--out", "nowhere/x.nnlab"), "there is no folder"),
        (("--frobnicate",), "--frobnicate"),
    ],
)
def test_wrong_usage_is_told_before_training(nnlab_command: Run, arguments: tuple[object, ...], words: str):
    answer = nnlab_command("train", "xor", *arguments)
    assert answer.status == 2 and words in answer.error and not answer.out and len(answer.err.splitlines()) == 1


def test_a_run_that_explodes_reports_saves_and_ends_in_1(nnlab_command: Run, tmp_path: Path):
    project = replace(small_project(), graph=mlp([2, 8, 1]), data=DataSettings("plane"), training=TrainingSettings("sgd", {}, 1e3))
    save_project(tmp_path / "x.nnlab", SavedProject(project))
    answer = nnlab_command("train", tmp_path / "x.nnlab", "--json", "--out", tmp_path / "y.nnlab")
    assert answer.status == 1 and answer.error.startswith("Training stopped at iteration")
    assert "NaN" not in answer.out and set(answer.report) >= KEYS
    assert load_project(tmp_path / "y.nnlab").snapshot is not None


# A full disk


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    with full_disks.tiny_disk(tmp_path / "disk") as folder:
        yield folder


def no_room(*arguments: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_disk_without_room_is_told_before_training(nnlab_command: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(atomic, "_reserve", no_room)
    monkeypatch.setattr("nnlab.training.complete_run.train", lambda *arguments: 1 // 0)
    answer = nnlab_command("train", "xor", "--out", tmp_path / "x.nnlab")
    assert (answer.status, answer.out) == (1, "")
    assert answer.error == f"{tmp_path / 'x.nnlab'} cannot be written: the disk is full; free some space or choose another folder."
    assert not list(tmp_path.iterdir())


def test_room_is_asked_for_the_weights_too(nnlab_command: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """2-8-8-1 with Adam: 129 parameters and two moments each, in float32; more than that stands in the file."""
    sizes: list[int] = []
    monkeypatch.setattr(atomic, "_reserve", lambda descriptor, size: sizes.append(size))
    project = replace(small_project(), graph=mlp([2, 8, 8, 1], loss="binary_cross_entropy"))
    save_project(tmp_path / "x.nnlab", SavedProject(replace(project, training=TrainingSettings("adam"))))
    assert nnlab_command("train", tmp_path / "x.nnlab", "--steps", 1, "--out", tmp_path / "y.nnlab").status == 0
    small, whole = sizes
    assert whole - small >= 3 * 4 * 129


def test_a_disk_that_fills_while_it_trains_costs_the_file_and_not_the_report(
    nnlab_command: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(os, "replace", no_room)
    answer = nnlab_command("train", "xor", "--steps", 20, "--out", tmp_path / "x.nnlab", "--json")
    assert answer.status == 1 and answer.report["step"] == 20
    assert answer.error.startswith(f"{tmp_path / 'x.nnlab'} could not be saved: the disk is full")
    assert "Written to" not in answer.err and not list(tmp_path.iterdir())


def test_a_report_that_nobody_can_take_costs_the_report_and_not_the_file(
    nnlab_command: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("nnlab.commands.train._summary", no_room)
    answer = nnlab_command("train", "xor", "--steps", 20, "--out", tmp_path / "x.nnlab")
    assert answer.status == 1
    assert answer.error == "The output could not be written, because the disk is full; free some space or send it elsewhere."
    assert load_project(tmp_path / "x.nnlab").snapshot is not None


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no device that is always full")
def test_standard_output_into_a_full_disk_is_one_sentence():
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run([sys.executable, "-m", "nnlab", "examples"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr == "nnlab: The output could not be written, because the disk is full; free some space or send it elsewhere.\n"


def test_a_disk_that_is_really_full(nnlab_command: Run, tiny_disk: Path):
    with pytest.raises(OSError, match="No space left"):
        (tiny_disk / "filler").write_bytes(bytes(2**20))
    for arguments in (("train", "xor", "--out", tiny_disk / "x.nnlab"), ("picture", "xor", "-o", tiny_disk / "x.png")):
        answer = nnlab_command(*arguments)
        assert answer.status == 1 and not answer.out
        assert "cannot be written: the disk is full; free some space" in answer.error
    assert [path.name for path in tiny_disk.iterdir()] == ["filler"]


# check, examples, doctor


@pytest.mark.parametrize("name", example_names())
def test_every_example_is_fine(nnlab_command: Run, name: str):
    done = nnlab_command("check", name)
    assert (done.status, done.err) == (0, "") and done.out.startswith(f"{name}: can be trained\n{name}: ")


def test_a_table_of_ones_own_is_told_by_its_columns(nnlab_command: Run, tmp_path: Path):
    table = tmp_path / "wine.csv"
    table.write_text("alcohol,malic acid,grower\n" + "".join(f"{k}.5,{k * k},{('Ott', 'Rey', 'Sow')[k % 3]}\n" for k in range(30)))
    words = "24 samples and 6 for validation; 2 inputs alcohol, malic acid; to predict: 3 classes Ott, Rey, Sow."
    assert nnlab_command("check", str(table)).out == f"wine: can be trained\nwine: {words}\n"
    done = nnlab_command("train", str(table), "--steps", "3", "--json")
    assert f"wine: {words}\n" in done.err
    report = done.report
    assert report["features"] == ["alcohol", "malic acid"] and report["target"] == {"kind": "classes", "names": ["Ott", "Rey", "Sow"]}
    table.write_text("area,rent\n" + "".join(f"{k}.5,{k * k}.25\n" for k in range(30)))
    assert nnlab_command("check", str(table)).out.endswith("1 input area; to predict: column rent.\n")
    assert nnlab_command("check", "digits").out.count("images of 8 × 8 pixels; to predict: 10 classes 0, 1, 2") == 1


def test_check_lists_every_diagnostic(nnlab_command: Run, tmp_path: Path):
    graph = mlp([3, 4, 2], loss="binary_cross_entropy")
    (tmp_path / "g.json").write_text(graph.to_json())
    answer = nnlab_command("check", tmp_path / "g.json")
    assert answer.status == 1
    lines = answer.out.splitlines()
    assert lines[0] == "g: error: input_1 takes 3 features, but the data has 2." and len(lines) == 2
    assert answer.error.endswith("g.json cannot run: 2 errors.")
    found = json.loads(nnlab_command("check", tmp_path / "g.json", "--json").out)
    assert found[0] == {"severity": "error", "node": "input_1", "message": "input_1 takes 3 features, but the data has 2."}


def test_check_does_not_fail_for_warnings(nnlab_command: Run, tmp_path: Path):
    builder = nnlab.GraphBuilder()
    x = builder.input(features=2)
    builder.dense(x, units=3)  # nobody reads it
    builder.binary_cross_entropy(builder.dense(x, units=1))
    (tmp_path / "g.json").write_text(builder.build().to_json())
    answer = nnlab_command("check", tmp_path / "g.json")
    assert answer.status == 0 and "warning: The output of dense_1 is not used" in answer.out


def test_examples_are_listed(nnlab_command: Run):
    out = nnlab_command("examples").out
    assert out.splitlines()[0].startswith("spiral") and all(name in out for name in example_names())


def test_doctor_tells_what_a_report_needs(nnlab_command: Run):
    out = nnlab_command("doctor").out
    for label in ("NN Lab", "Python", "NumPy", "numba", "PySide6", "kernel cache", "free disk space", "display", "cores", "BLAS"):
        assert label in out
    assert nnlab.__version__ in out


def test_the_version(nnlab_command: Run):
    assert nnlab_command("--version").out == f"NN Lab {nnlab.__version__}\n"


def test_help_lists_the_commands(nnlab_command: Run):
    out = nnlab_command("--help").out
    assert all(command in out for command in ("train", "picture", "check", "examples", "doctor", "bench", "open"))


# Opening the window, pictures, benchmarks: handed on


def test_a_bare_call_opens_the_window(nnlab_command: Run, monkeypatch: pytest.MonkeyPatch):
    import nnlab.app

    opened: list[str | None] = []
    monkeypatch.setattr(nnlab.app, "main", lambda source=None: opened.append(source) or 0)
    for arguments in ((), ("spiral",), ("open", "spiral"), ("--debug",)):
        assert nnlab_command(*arguments).status == 0
    assert opened == [None, "spiral", "spiral", None]


def test_a_file_named_like_a_command(nnlab_command: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    import nnlab.app

    opened: list[str | None] = []
    monkeypatch.setattr(nnlab.app, "main", lambda source=None: opened.append(source) or 0)
    monkeypatch.chdir(tmp_path)
    save_project(tmp_path / "train", SavedProject(small_project()))
    assert nnlab_command("./train").status == 0
    assert opened == ["./train"]
    assert "FILE" in nnlab_command("train").error


def test_without_a_display_the_window_is_refused_in_words(nnlab_command: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    answer = nnlab_command("spiral")
    assert answer.status == 1 and "There is no display" in answer.error and "nnlab train" in answer.error


def test_mistakes_are_told_before_a_window_opens(nnlab_command: Run, monkeypatch: pytest.MonkeyPatch):
    import nnlab.app

    monkeypatch.setattr(nnlab.app, "main", lambda source=None: pytest.fail("a window opened"))
    answer = nnlab_command("spirale")
    assert answer.status == 2 and "did you mean the example 'spiral'?" in answer.error


def test_picture_hands_everything_on(nnlab_command: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    import nnlab.app

    calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
    monkeypatch.setattr(nnlab.app, "picture", lambda *arguments, **options: calls.append((arguments, options)))
    png = tmp_path / "x.png"
    options = ("--steps", 30, "--workspace", "step", "--theme", "light", "--size", "2560x1440", "--scale", 2)
    assert nnlab_command("picture", "digits", "-o", png, *options).status == 0
    assert calls == [(("digits", png), {"steps": 30, "workspace": "step", "theme": "light", "size": (2560, 1440), "scale": 2.0})]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "-o"),
        (("-o", "x.gif"), "must end in .png"),
        (("-o", "nowhere/x.png"), "there is no folder"),
        (("-o", "x.png", "--theme", "pink"), "choose light or dark"),
        (("-o", "x.png", "--size", "big"), "such as 1280x800"),
        (("-o", "x.png", "--size", "10x10"), "such as 1280x800"),
        (("-o", "x.png", "--size", "99999x99999"), "such as 1280x800"),
        (("-o", "x.png", "--steps", "-1"), "--steps"),
        (("-o", "x.png", "--scale", "0"), "--scale"),
    ],
)
def test_wrong_usage_of_picture(nnlab_command: Run, arguments: tuple[str, ...], words: str):
    answer = nnlab_command("picture", "digits", *arguments)
    assert answer.status == 2 and words in answer.error


def test_bench_is_handed_on(nnlab_command: Run, monkeypatch: pytest.MonkeyPatch):
    import nnlab.bench

    calls: list[tuple[Any, ...]] = []
    monkeypatch.setattr(nnlab.bench, "main", lambda *arguments: calls.append(arguments) or 0)
    assert nnlab_command("bench", "--window", "--json", "--seconds", 3).status == 0
    assert calls == [(True, True, 3.0, [])]


# Errors


def test_a_traceback_only_with_debug(nnlab_command: Run):
    from nnlab.core.errors import NNLabError

    assert "Traceback" not in nnlab_command("train", "nowhere").err
    for arguments in (["train", "nowhere", "--debug"], ["--debug", "train", "nowhere"]):
        with pytest.raises(NNLabError):
            cli.main(arguments)


def test_a_fault_of_ours_is_one_line_too(nnlab_command: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("nnlab.training.complete_run.train", lambda *arguments: 1 // 0)
    answer = nnlab_command("train", "xor")
    assert answer.status == 1 and "ZeroDivisionError" in answer.error and "--debug" in answer.error


def test_too_little_memory_is_a_sentence(nnlab_command: Run, monkeypatch: pytest.MonkeyPatch):
    def greedy(*arguments: object) -> None:
        raise MemoryError

    monkeypatch.setattr("nnlab.training.complete_run.prepare_run", greedy)
    answer = nnlab_command("train", "xor")
    assert answer.status == 1 and "not enough memory" in answer.error


def test_a_terminal_that_knows_few_characters(monkeypatch: pytest.MonkeyPatch):
    """The list of examples has "×" in it; an ASCII terminal gets "?" and no traceback."""
    plain = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", plain)
    with pytest.raises(SystemExit) as stop:
        cli.main(["examples"])
    assert stop.value.code == 0
    plain.seek(0)
    assert "8 ? 8 pixels" in plain.read()


def test_train_says_what_its_settings_do_not_do(nnlab_command: Callable[..., Answer], tmp_path: Path) -> None:
    project = small_project()
    rows = len(prepare(project.data).x)
    save_project(tmp_path / "p.nnlab", SavedProject(replace(project, training=replace(project.training, batch_size=rows + 1))))
    answer = nnlab_command("train", tmp_path / "p.nnlab", "--steps", 1)
    assert f"p: The batch size is {rows + 1}, but there are only {rows} training samples: every batch holds all of them." in answer.err


@pytest.mark.parametrize("arguments", [["train", "xor", "z" * 5000], ["train", "xor", "--" + "z" * 5000], ["check", "y/" * 3000]])
def test_what_is_typed_makes_no_long_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    said = capsys.readouterr().err
    assert ended.value.code == 2 and len(said.splitlines()) == 1 and len(said) <= LONGEST + len("nnlab: \n")


def test_training_stops_early_with_the_best_weights(nnlab_command: Run):
    answer = nnlab_command("train", "wine", "--epochs", 400, "--patience", 5, "--json")
    stop = answer.report["early_stopping"]
    assert answer.report["step"] == stop["stopped"] < 400 * 9 and stop["best_iteration"] == stop["stopped"] - 5 * 9
    assert answer.report["validation_loss"] == pytest.approx(stop["best_validation_loss"], rel=1e-5)
    assert stop["sentence"] in answer.err.replace("?", "−")


def test_training_stops_at_a_condition_and_says_which(nnlab_command: Run):
    stops = ("--stop-when", "iteration >= 41 and loss > 0", "--stop-when", "loss < 0")
    answer = nnlab_command("train", "iris", "--steps", 500, *stops, "--json")
    assert answer.report["step"] == 41 and answer.report["stopped_by"] == "iteration >= 41 and loss > 0"
    wrong = nnlab_command("train", "iris", "--stop-when", "los < 1")
    assert wrong.status == 2 and "did you mean 'loss'?" in wrong.err


def test_a_learning_rate_is_suggested(nnlab_command: Run):
    answer = nnlab_command("find-rate", "iris", "--json")
    assert answer.report["suggestion"] == pytest.approx(answer.report["lowest"] / 10, rel=0.05)  # iris trains with Adam
    assert len(answer.report["rates"]) == len(answer.report["losses"]) == len(answer.report["smoothed"]) <= 200
    wrong = nnlab_command("find-rate", "iris", "--lowest", 2, "--highest", 1)
    assert wrong.status == 2 and "below the second" in wrong.err


def test_what_was_learned_is_saved_where_no_report_can_be_made(nnlab_command: Run, tmp_path: Path):
    def fail(seen: object):
        raise NotEnoughMemory()

    diagnoses.add(DiagnosisKind("failing", "Failing", "Never.", fail))
    try:
        answer = nnlab_command("train", "sine", "--steps", 5, "--out", tmp_path / "trained.nnlab")
    finally:
        diagnoses.remove("failing")
    assert answer.status == 1 and (tmp_path / "trained.nnlab").exists()
