"""Comparison: equal starts, every run in the bits of its project alone, a run that fails alone, and a winner only where bands are apart."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from nnlab.core.errors import SettingError
from nnlab.core.preparation import DataSettings, prepare
from nnlab.engine.fingerprint import weights_sha256
from nnlab.files.examples import load_example
from nnlab.jobs.context import Cancelled, JobContext
from nnlab.studies.comparison import Band, RunOutcome, band_of, compare, judge
from nnlab.training.complete_run import prepare_run, result_of
from nnlab.training.difference import Difference, differences
from nnlab.training.settings import TrainingSettings
from nnlab.training.varied import varied

SPIRAL = load_example("spiral")
DATA = prepare(SPIRAL.data)
SINE = load_example("sine")


def test_every_run_ends_as_its_project_trained_alone() -> None:
    found = compare(SPIRAL, DATA, differences("loss=mse,binary_cross_entropy"), steps=700, seeds=2)
    assert [(run.setting, run.seed) for run in found.runs] == [
        ("loss=mse", 0), ("loss=binary_cross_entropy", 0), ("loss=mse", 1), ("loss=binary_cross_entropy", 1),
    ]  # fmt: skip
    for outcome in found.runs:
        project = varied(SPIRAL, Difference(*outcome.setting.split("=")))
        alone = prepare_run(project.graph, DATA, replace(project.training, seed=outcome.seed))
        assert outcome.initial_weights_sha256 == weights_sha256(alone.state)
        alone.train(700)
        assert outcome.result == result_of(alone, DATA), "to the bit"
        assert outcome.result.step == 700 and outcome.seconds > 0
    assert found.equal_weights and found.equal_batches


def test_another_width_starts_elsewhere_and_another_batch_size_sees_other_batches() -> None:
    wider = compare(SPIRAL, DATA, differences("units=4,5"), steps=3, seeds=1)
    assert not wider.equal_weights and wider.equal_batches
    larger = compare(SPIRAL, DATA, differences("batch_size=4,5"), steps=3, seeds=1)
    assert larger.equal_weights and not larger.equal_batches


def test_adapters_and_the_whole_network_start_from_one_base_and_say_the_same_at_first() -> None:
    both = differences("fine_tuning=full,lora_2")
    found = compare(SPIRAL, DATA, both, steps=200, seeds=1)
    assert found.equal_base and not found.equal_weights and found.equal_batches
    for outcome, difference in zip(found.runs, both, strict=True):
        project = varied(SPIRAL, difference)
        alone = prepare_run(project.graph, DATA, project.training)
        alone.train(200)
        assert outcome.result == result_of(alone, DATA), "to the bit"
    firsts = compare(SPIRAL, DATA, both, steps=1, seeds=1).runs
    runs = [prepare_run(p.graph, DATA, p.training) for p in (varied(SPIRAL, difference) for difference in both)]
    for run in runs:
        run.train(1)
    assert len({float(run.history.curves().mean[0]) for run in runs}) == 1, "B is 0, so W₀ + BA is W₀ to the bit"
    assert firsts[0].first_gradient > firsts[1].first_gradient > 0, "of fewer numbers"
    assert not compare(SPIRAL, DATA, differences("units=4,5"), steps=3, seeds=1).equal_base


def test_a_run_whose_numbers_go_wrong_stops_alone() -> None:
    project = replace(SINE, training=TrainingSettings("sgd", {}, 0.01, 16))
    found = compare(project, prepare(SINE.data), differences("learning_rate=0.01,1000"), steps=400, seeds=2)
    good, bad = (next(run for run in found.runs if run.setting == f"learning_rate={rate}") for rate in ("0.01", "1000"))
    assert good.stopped == "" and good.result.step == 400
    assert "became" in bad.stopped and bad.result.step < 400
    assert found.winner == "learning_rate=0.01" and "learning_rate=1000 did not come to its end" in found.verdict


def test_a_winner_is_found_where_one_variant_cannot_learn() -> None:
    found = compare(SPIRAL, DATA, differences("learning_rate=0.00000001,0.03"), steps=2000, seeds=2)
    assert found.measure == "accuracy" and found.winner == "learning_rate=0.03"


def test_numbers_are_measured_by_r2() -> None:
    assert compare(SINE, prepare(SINE.data), differences("optimizer=adam,sgd"), steps=20, seeds=1).measure == "r2"


@pytest.mark.parametrize(
    ("bands", "measure", "winner"),
    [
        ([("a", 0.90, 0.95), ("b", 0.80, 0.89)], "accuracy", "a"),
        ([("a", 0.80, 0.95), ("b", 0.80, 0.89)], "accuracy", None),
        ([("a", 0.90, 0.95), ("b", 0.80, 0.90)], "accuracy", None),  # they touch
        ([("a", 0.10, 0.20), ("b", 0.30, 0.90)], "mae", "a"),  # less is better
        ([("a", 0.10, 0.31), ("b", 0.30, 0.90)], "mae", None),
        ([("a", 0.90, 0.95), ("b", 0.50, 0.60), ("c", 0.40, 0.91)], "accuracy", None),
        ([("a", math.nan, math.nan), ("b", 0.80, 0.90)], "accuracy", "b"),
        ([("a", math.nan, math.nan), ("b", math.nan, math.nan)], "accuracy", None),
    ],
)
def test_a_winner_lies_beyond_every_other_band(bands: list[tuple[str, float, float]], measure: str, winner: str | None) -> None:
    found, verdict = judge([Band(name, low, (low + high) / 2, high) for name, low, high in bands], measure, 3)
    assert found == winner
    assert verdict.startswith("No clear winner" if winner is None else f"{winner} wins")


def test_one_seed_has_no_winner() -> None:
    assert judge([Band("a", 0.9, 0.9, 0.9), Band("b", 0.1, 0.1, 0.1)], "accuracy", 1)[0] is None


@pytest.mark.parametrize(
    ("vary", "words"),
    [
        ("learning_rate=1", "alone cannot be compared"),
        ("loss=nope", "loss=nope is not known; choose one of binary_cross_entropy, cross_entropy, hinge"),  # what is wrong comes first
        ("learning_rate=1,2,3,4,5", "5 variants are too many; at most 4"),
        ("loss=hinge,cross_entropy", "loss=cross_entropy is no network that can be trained: 1 output"),
        ("learning_rate=0.1,0.10", "learning_rate=0.1 and learning_rate=0.10 are the same"),
    ],
)
def test_what_cannot_be_compared_is_one_sentence(vary: str, words: str) -> None:
    with pytest.raises(SettingError, match=words):
        compare(SPIRAL, DATA, differences(vary), steps=1)


def test_seeds_that_are_the_difference_are_not_repeated() -> None:
    assert [run.seed for run in compare(SPIRAL, DATA, differences("seed=4,9"), steps=1).runs] == [4, 9]
    with pytest.raises(SettingError, match="cannot be repeated with 2 seeds"):
        compare(SPIRAL, DATA, differences("seed=4,9"), steps=1, seeds=2)


def test_it_tells_how_far_it_is_and_can_be_cancelled() -> None:
    told, partial = [], []
    compare(SPIRAL, DATA, differences("units=4,5"), steps=40, seeds=2, context=JobContext(told.append, partial.append))
    assert told[0].fraction == 0.0 and told[-1].fraction == 1.0
    assert [type(part) for part in partial] == [RunOutcome] * 4

    def stop(progress: object) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        compare(SPIRAL, DATA, differences("units=4,5"), steps=40, context=JobContext(stop))


def test_thirty_repeats_of_the_digits_comparison_give_the_same_bits() -> None:
    digits = load_example("digits")
    data = prepare(DataSettings("digits"))
    found = {
        tuple((run.setting, run.result.loss, run.result.validation_loss, run.initial_weights_sha256) for run in runs)
        for runs in (compare(digits, data, differences("loss=mse,cross_entropy"), steps=60, seeds=1).runs for _ in range(30))
    }
    assert len(found) == 1


@pytest.mark.parametrize(
    ("bands", "measure", "seeds", "winner", "sentence"),
    [
        ([Band("a=1", 0.8, 0.85, 0.9), Band("a=2", 0.5, 0.6, 0.79)], "accuracy", 3, "a=1",
         "a=1 wins by accuracy over 3 seeds: 0.8 to 0.9; a=2 0.5 to 0.79."),
        ([Band("a=1", 0.8, 0.85, 0.9), Band("a=2", 0.5, 0.6, 0.8)], "accuracy", 3, None,
         "No clear winner: over 3 seeds the accuracy of a=1 (0.8 to 0.9) and of a=2 (0.5 to 0.8) overlap."),
        ([Band("a=1", 0.3, 0.4, 0.5), Band("a=2", 0.6, 0.7, 0.8), Band("a=3", 0.9, 1.0, 1.2)], "mae", 2, "a=1",
         "a=1 wins by mean absolute error over 2 seeds: 0.3 to 0.5; a=2 0.6 to 0.8."),
        ([Band("a=1", 0.3, 0.4, 0.6), Band("a=2", 0.6, 0.7, 0.8)], "mae", 2, None,
         "No clear winner: over 2 seeds the mean absolute error of a=1 (0.3 to 0.6) and of a=2 (0.6 to 0.8) overlap."),
        ([Band("a=1", 0.7, 0.7, 0.7), Band("a=2", math.nan, math.nan, math.nan)], "r2", 3, "a=1",
         "a=1 wins by R² over 3 seeds: 0.7; a=2 did not come to its end."),
        ([Band("a=1", math.nan, math.nan, math.nan)] * 2, "r2", 3, None, "No clear winner: no run came to its end with every seed."),
        ([Band("a=1", 0.1, 0.1, 0.1), Band("a=2", 0.9, 0.9, 0.9)], "loss", 1, None,
         "No clear winner: one seed says nothing about another; compare several seeds."),
        # The rival is who comes nearest, not who is second in the middle.
        ([Band("a=1", 0.8, 0.9, 0.95), Band("a=2", 0.2, 0.3, 0.79), Band("a=3", 0.5, 0.6, 0.7)], "accuracy", 3, "a=1",
         "a=1 wins by accuracy over 3 seeds: 0.8 to 0.95; a=2 0.2 to 0.79."),
    ],
)  # fmt: skip
def test_the_verdict_is_a_sentence_with_the_bands(
    bands: list[Band], measure: str, seeds: int, winner: str | None, sentence: str
) -> None:
    assert judge(bands, measure, seeds) == (winner, sentence)


@pytest.mark.parametrize(
    ("values", "band"),
    [([0.3, 0.1, 0.2], (0.1, 0.2, 0.3)), ([0.1, 0.4], (0.1, 0.25, 0.4)), ([0.5], (0.5, 0.5, 0.5))],
)
def test_a_band_is_from_the_least_over_the_middle_to_the_greatest(values: list[float], band: tuple[float, ...]) -> None:
    found = band_of("a=1", values)
    assert (found.setting, found.lowest, found.median, found.highest) == ("a=1", *map(pytest.approx, band))


def test_a_run_that_fails_leaves_no_band() -> None:
    for values in ([0.1, math.nan, 0.3], [math.inf, 0.1], []):
        found = band_of("a=1", values)
        assert math.isnan(found.lowest) and math.isnan(found.median) and math.isnan(found.highest)
