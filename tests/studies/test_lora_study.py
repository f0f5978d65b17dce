"""The ready tasks and the study of them: real data, ordinary projects, what is counted and how much is recovered."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from nnlab.cli import main
from nnlab.core.errors import NNLabError
from nnlab.core.preparation import prepare
from nnlab.files.project import SavedProject
from nnlab.files.project_file import load_project, save_project
from nnlab.graph.adapters import adapted
from nnlab.jobs.context import Cancelled, TaskContext
from nnlab.jobs.workers import LocalWorkers
from nnlab.studies.lora import study
from nnlab.studies.lora.scenarios import ADAPTER, SCENARIOS, task_project, trained_base
from nnlab.studies.lora.study import StudyRow
from nnlab.training.complete_run import prepare_run
from nnlab.training.snapshots import take_snapshot

HERE = LocalWorkers(0)
FAST = SCENARIOS["other-digits"]


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_is_an_ordinary_project_that_starts_as_the_base(name: str, tmp_path: Path) -> None:
    """Saved, loaded, and before its first step exactly the base on the new task."""
    scenario = SCENARIOS[name]
    project = task_project(scenario, "lora", 4)
    save_project(tmp_path / "a.nnlab", SavedProject(project))
    assert load_project(tmp_path / "a.nnlab").project == project
    assert adapted(project.graph) == {ADAPTER: ("hidden_1", "hidden_2", "head")}
    data = prepare(project.data)
    run = prepare_run(project.graph, data, project.training, start=project.initial)
    base = task_project(scenario, "base", base=project.initial)
    before = prepare_run(base.graph, data, base.training, start=base.initial)
    for each in (run, before):
        each.evaluator.load(each.state.arena)
    np.testing.assert_array_equal(run.evaluator.predict(data.validation_x), before.evaluator.predict(data.validation_x))
    assert scenario.old != scenario.new and prepare(scenario.old).x.shape[1] == data.x.shape[1]


def test_the_base_is_a_function_of_its_seed() -> None:
    assert trained_base(FAST, 1) == trained_base(FAST, 1) != trained_base(FAST, 2)


def test_the_study_of_turned_digits_recovers_what_full_fine_tuning_gains() -> None:
    """r = 8: at least 95 % of the gain with at most 25 % of the parameters."""
    rows = list(study.run_study(study.study_trials("rotated-digits", (8,), 3), HERE))
    assert not [row.error for row in rows if row.error] and len(rows) == 4 * 3
    found = {s.title: s for s in study.summarize(rows)}
    assert list(found) == ["base", "full", "head", "LoRA, r = 8"]
    lora, full = found["LoRA, r = 8"], found["full"]
    assert found["base"].new_accuracy < 0.4 < 0.95 < found["base"].old_accuracy
    share = study.recovered(found.values(), 8)
    assert share is not None and share >= 0.95
    assert lora.parameters == 8 * (64 + 128 + 128 + 64 + 64 + 10) <= 0.25 * full.parameters
    assert full.parameters == 64 * 128 + 128 + 128 * 64 + 64 + 64 * 10 + 10
    assert found["head"].parameters == 64 * 10 + 10
    assert lora.optimizer_bytes < 0.25 * full.optimizer_bytes and lora.file_bytes < 0.25 * full.file_bytes
    assert lora.lowest <= lora.new_accuracy <= lora.highest and len(lora.rows) == 3


def test_a_trial_is_a_project_that_can_be_opened() -> None:
    """Its run ends where the study says, and its snapshot holds it."""
    (row,) = study.run_study(study.study_trials("other-digits", (1,), 1)[3:], HERE)
    project, run = study.learned(FAST, "lora", 1, 0)
    data = prepare(project.data)
    run.evaluator.load(run.state.arena)
    right = run.evaluator.predict(data.validation_x).argmax(axis=1) == data.validation_y.ravel()
    assert (row.title, row.new_accuracy) == ("LoRA, r = 1", pytest.approx(right.mean()))
    assert {"hidden_1.lora_A.new_task", "hidden_1.weight"} <= set(take_snapshot(run).parameters)
    assert project.initial is not None
    np.testing.assert_array_equal(run.state.parameters()["hidden_1.weight"], project.initial.values["hidden_1.weight"])


def test_results_come_one_by_one_and_stay_when_the_rest_is_given_up() -> None:
    rows: list[StudyRow] = []
    context = TaskContext(None, lambda: len(rows) >= 2)
    with pytest.raises(Cancelled):
        rows.extend(study.run_study(study.study_trials("other-digits", (1,), 2), HERE, context))
    assert [row.title for row in rows] == ["base", "full"]
    assert [s.title for s in study.summarize(rows)] == ["base", "full"] and study.recovered(study.summarize(rows), 1) is None


def test_one_trial_that_fails_has_its_sentence_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def learned(scenario: object, method: str, *rest: object) -> object:
        if method == "head":
            raise NNLabError("The head is gone.")
        return original(scenario, method, *rest)  # type: ignore[arg-type]

    original = study.learned
    monkeypatch.setattr(study, "learned", learned)
    rows = list(study.run_study(study.study_trials("other-digits", (1,), 1), HERE))
    assert [(row.method, row.error) for row in rows if row.error] == [("head", "The head is gone.")]
    assert [s.method for s in study.summarize(rows)] == ["base", "full", "lora"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("digits", (1,), 1),
            "There is no scenario named 'digits'; choose one of rotated-digits, inverted-digits, other-digits, shifted-sine.",
        ),
        (("other-digits", (), 1), "The study needs at least one rank, such as 8."),
        (("other-digits", (0,), 1), "the study: ranks is 0; it must be from 1 to 65,536."),
        (("shifted-sine", (33,), 1), "Rank 33 is more than the 32 units of a hidden layer of shifted-sine; choose a lower one."),
        (("other-digits", (1,), 0), "the study: seeds is 0; it must be from 1 to 1,000."),
    ],
)
def test_what_cannot_be_studied(arguments: tuple[str, tuple[int, ...], int], sentence: str) -> None:
    with pytest.raises(NNLabError) as caught:
        study.study_trials(*arguments)
    assert str(caught.value) == sentence


def test_an_unknown_method() -> None:
    with pytest.raises(NNLabError, match=r"^There is no way of fine-tuning named 'qlora'; choose one of base, full, head, lora\.$"):
        task_project(FAST, "qlora")


def status(*arguments: str) -> int:
    with pytest.raises(SystemExit) as caught:
        main(list(arguments))
    return int(caught.value.code or 0)


def test_the_command_prints_a_table_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert status("lora", "shifted-sine", "--ranks", "1,2", "--seeds", "1", "--workers", "0", "--json") == 0
    captured = capsys.readouterr()
    answer = json.loads(captured.out.splitlines()[-1])
    assert [(row["method"], row["rank"], row["seed"]) for row in answer["rows"]] == [
        ("base", None, 0), ("full", None, 0), ("head", None, 0), ("lora", 1, 0), ("lora", 2, 0),
    ]  # fmt: skip
    lora = answer["rows"][-1]
    assert lora["parameters"] == 1 * (1 + 32) + 2 * (32 + 32) + 1 * (32 + 1) and lora["new_accuracy"] > 0.99
    assert {"optimizer_bytes", "file_bytes", "old_accuracy"} <= set(lora)
    assert "of what full fine-tuning gains" in captured.err


def test_the_command_lists_scenarios_and_refuses_ranks_that_are_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert status("lora") == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(SCENARIOS)
    for ranks in ("1,x", "", "1,,2", "²"):
        assert status("lora", "other-digits", "--ranks", ranks) == 2
        error = capsys.readouterr().err
        assert "give whole numbers with commas between them" in error and error.count("\n") == 1
    assert status("lora", "nothing") == 2 and "There is no scenario named 'nothing'" in capsys.readouterr().err
