"""A session in a project file: it comes back bit for bit, goes on alike, and takes its preparation along."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

import nnlab
from nnlab.core.dataset import Target
from nnlab.core.errors import DataError, FileError, NNLabError
from nnlab.core.fitted_preparation import NumberInput, Preparation, RawColumn
from nnlab.files.project_file import load_project
from tests.support.networks import mlp

X = np.random.default_rng(0).normal(size=(40, 3))
Y = X @ np.array([[1.0, 0.0], [0.5, -1.0], [0.0, 2.0]])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_session_comes_back_with_all_that_it_learned(tmp_path: Path, dtype: str) -> None:
    s = nnlab.Session(mlp([3, 5, 2]), optimizer="adam", learning_rate=0.01, seed=3, dtype=dtype)
    s.fit(X, Y, epochs=2)
    s.attach(["dense_1"], rank=2, name="other")
    s.fit(X, Y, epochs=2)
    s.save(tmp_path / "a.nnlab")
    t = nnlab.load(tmp_path / "a.nnlab")
    assert (t.dtype, t.iteration, list(t.adapters), t.has_unsaved_work("other")) == (dtype, s.iteration, ["other"], False)
    assert not s.has_unsaved_work("other")
    for _ in range(2):  # as it is, and trained on: moments and the order of the samples came along
        assert np.array_equal(s.predict(X), t.predict(X))
        s.fit(X, Y, epochs=1)
        t.fit(X, Y, epochs=1)
    s.reset()
    t.reset()
    assert np.array_equal(s.predict(X), t.predict(X))


def test_the_preparation_comes_along(tmp_path: Path) -> None:
    s = nnlab.Session(mlp([1, 2, 3], loss="cross_entropy"))
    assert s.predict_raw([[0.5]]).columns().keys() == {"prediction", "probability_0", "probability_1", "probability_2"}
    s.preparation = Preparation((RawColumn("cm"),), (NumberInput("cm", mean=10.0, scale=2.0),), Target("classes", ("a", "b", "c")))
    s.save(tmp_path / "a.nnlab")
    t = nnlab.load(str(tmp_path / "a.nnlab"))
    assert t.preparation == s.preparation
    said = t.predict_raw({"cm": [12.0, 8.0], "unused": ["u", "v"]})
    assert np.array_equal(said.outputs, s.predict([[1.0], [-1.0]]))
    powers = np.exp(said.outputs.astype(float))
    assert np.allclose(said.probabilities, powers / powers.sum(axis=1, keepdims=True), rtol=1e-12)
    assert said.class_names == tuple("abc"[k] for k in said.outputs.argmax(axis=1))
    with pytest.raises(DataError, match="lacks the column 'cm'"):
        t.predict_raw({"mm": [1.0]})
    with pytest.raises(DataError, match="makes 1 inputs, but the network takes 3"):
        nnlab.Session(mlp([3, 2])).preparation = s.preparation


def test_an_example_is_a_session_with_its_data() -> None:
    s = nnlab.load("iris")
    assert s.preparation.columns[0].name == "sepal length (cm)"
    assert s.preparation.target.names == ("setosa", "versicolor", "virginica")


def test_what_cannot_be_saved_or_loaded_is_said(tmp_path: Path) -> None:
    s = nnlab.Session(mlp([3, 2]))
    with pytest.raises(FileError, match=r"ends in \.nnlab"):
        s.save(tmp_path / "a.zip")
    with pytest.raises(NNLabError, match="There is no file or example"):
        nnlab.load(tmp_path / "none.nnlab")
    s.save(tmp_path / "a.nnlab")
    with zipfile.ZipFile(tmp_path / "a.nnlab") as archive:
        entries = {name: archive.read(name) for name in archive.namelist()} | {"preparation.json": b"{}"}
    with zipfile.ZipFile(tmp_path / "a.nnlab", "w") as archive:
        for name, entry in entries.items():
            archive.writestr(name, entry)
    with pytest.raises(FileError, match=r"a\.nnlab: preparation\.json: object missing required field"):
        load_project(tmp_path / "a.nnlab")
