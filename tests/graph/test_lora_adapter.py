"""One adapter as a value: its scale, its tensors, and what may be its name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nnlab.graph.lora_adapter import ADAPTER_SETTINGS, LoraAdapter, name_problem


@pytest.mark.parametrize(
    ("rank", "alpha", "rslora", "scaling"), [(4, 8.0, False, 2.0), (4, 8.0, True, 4.0), (16, 8.0, False, 0.5), (16, 8.0, True, 2.0)]
)
def test_it_is_scaled_by_alpha_over_the_rank_or_over_its_root(rank: int, alpha: float, rslora: bool, scaling: float) -> None:
    adapter = LoraAdapter("a", rank, alpha, rslora=rslora)
    assert adapter.scaling == scaling
    assert replace(adapter, weight=0.25).scale == 0.25 * scaling


def test_it_starts_as_its_settings_say() -> None:
    """PEFT's own defaults but for the rank: alpha 8, no dropout."""
    assert LoraAdapter("a").settings == {setting.name: setting.default for setting in ADAPTER_SETTINGS}
    assert LoraAdapter("a").settings == {"rank": 4, "alpha": 8.0, "dropout": 0.0, "init": "kaiming", "rslora": False, "dora": False}
    assert (LoraAdapter("a").weight, LoraAdapter("a").scale) == (1.0, 2.0)


@pytest.mark.parametrize(
    ("enabled", "merged", "beside", "in_it"),
    [(True, False, True, False), (True, True, False, True), (False, False, False, False), (False, True, False, False)],
)
def test_it_takes_part_beside_the_weight_or_in_it(enabled: bool, merged: bool, beside: bool, in_it: bool) -> None:
    adapter = LoraAdapter("a", enabled=enabled, merged=merged)
    assert (adapter.is_beside, adapter.is_merged) == (beside, in_it)


def names(adapter: LoraAdapter) -> list[tuple[str, str]]:
    return [(parameter.name.removesuffix(".task"), parameter.symbol) for parameter in adapter.parameters()]


def test_its_parameters_and_those_that_learn() -> None:
    plain = LoraAdapter("task")
    assert names(plain) == [("lora_A", "A"), ("lora_B", "B")]
    assert names(replace(plain, dora=True))[2:] == [("lora_magnitude_vector", "m")]
    pissa = replace(plain, init="pissa")
    assert names(pissa)[2:] == [("lora_A_start", "A₀"), ("lora_B_start", "B₀")]
    assert pissa.has_start and not plain.has_start
    assert pissa.learning == plain.learning == ("lora_A.task", "lora_B.task")
    assert [parameter.symbol for parameter in plain.parameters(marked=True)] == ["A task", "B task"]
    assert [parameter.init for parameter in plain.parameters()] == ["lora_kaiming", "zeros"], "an update of 0 at first"


def test_what_is_computed_on_the_way_through_it() -> None:
    def parts(**settings: object) -> set[str]:
        return {value.name.removesuffix(".task") for value in LoraAdapter("task", **settings).values}  # type: ignore[arg-type]

    plain = {"lora_h", "lora_scaled", "lora_y"}
    assert parts() == plain
    assert parts(dropout=0.5) == plain | {"lora_x", "lora_mask"}
    assert parts(init="pissa") == plain | {"lora_h_start", "lora_scaled_start", "lora_rest"}
    dora = plain | {"lora_norm", "lora_direction", "lora_update"}
    assert parts(dora=True) == dora
    both = {"lora_x", "lora_mask", "lora_plain", "lora_rest_plain", "lora_h_plain", "lora_scaled_plain"}
    assert parts(dora=True, dropout=0.5) == dora | both


@pytest.mark.parametrize("name", ["a", "task_b", "0", "x" * 64, "lora_2", "Weights", "com12"])
def test_names_of_folders_on_every_system(name: str) -> None:
    assert name_problem(name) is None


@pytest.mark.parametrize("name", ["", "-a", "x" * 65, "a b", "a.b", "lora", "LoRA", "weight", "con", "COM1", "lpt9", None, 3])
def test_what_names_no_adapter(name: object) -> None:
    assert "cannot name an adapter" in str(name_problem(name))


def test_of_a_long_name_eighty_letters_are_said() -> None:
    assert str(name_problem("x" * 300)).startswith(f"'{'x' * 80}' cannot name an adapter")
