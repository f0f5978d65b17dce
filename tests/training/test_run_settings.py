"""In what runs differ."""

from __future__ import annotations

from dataclasses import replace

from networks import mlp

from nnlab.core.preparation import DataSettings
from nnlab.files.examples import load_example
from nnlab.training.project import Project
from nnlab.training.run_settings import differing, settings_of
from nnlab.training.settings import TrainingSettings


def test_code_that_computed_a_run_is_told_where_it_is_known_of_all_and_differs() -> None:
    project = load_example("xor")
    native, portable, unknown = (settings_of(project, code=code) for code in ("native (znver4)", "x86-64-v3", ""))
    assert differing((native, portable)) == ("code",) and differing((native, native)) == ()
    assert differing((native, portable, unknown)) == ()


def test_every_setting_stands_under_its_key() -> None:
    found = settings_of(load_example("spiral"))
    assert (found["loss"], found["optimizer"], found["units"], found["activation"]) == ("binary_cross_entropy", "adam", "8", "tanh")
    assert (found["start"], found["data.inputs"]) == ("drawn from the seed", "all")
    assert (found["data"], found["data.validation_share"]) == ("spiral", "0.2")
    assert "dense_1.units" not in found and "dense_1.init" not in found, "all hidden layers have one key"
    assert found["dense_3.units"] == "1" and found["dense_1.bias"] == "true"
    assert "code" not in found
    without = settings_of(Project(mlp([2, 1]), DataSettings("plane"), TrainingSettings("sgd")))
    assert not {"units", "activation", "init"} & set(without), "nothing hidden, nothing said of it"
    chosen = replace(load_example("spiral"), data=DataSettings("spiral", inputs=("x",), derived=("x2",)))
    given = settings_of(chosen, start="trained before")
    assert (given["start"], given["data.inputs"]) == ("trained before", "x, x2")


def test_settings_that_not_all_have_differ_only_where_people_set_them() -> None:
    one, other = {"loss": "mse", "tanh_1.p": "1", "patience": "3"}, {"loss": "hinge", "dense_1.units": "2"}
    assert differing((one, other)) == ("loss", "patience")
