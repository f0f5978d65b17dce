"""Session as a user of scikit-learn, Keras or PyTorch would use it, and misuse it."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from networks import mlp

import nnlab
from nnlab.core.errors import NNLabError

X = np.random.default_rng(0).standard_normal((24, 2))
Y = np.sin(X[:, :1])
GRAPH = mlp([2, 4, 1])


def session(**options: Any) -> nnlab.Session:
    return nnlab.Session(GRAPH, **options)


def dropout_graph() -> nnlab.Graph:
    b = nnlab.GraphBuilder()
    b.mse(b.dense(b.dropout(b.batch_norm(b.dense(b.input(features=2), units=6)), p=0.3), units=1))
    return b.build()


def bits(s: nnlab.Session) -> dict[str, bytes]:
    return {name: values.tobytes() for name, values in {**s.parameters, **s.buffers}.items()}


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda s: pickle.loads(pickle.dumps(s))], ids=["copy", "deepcopy", "pickle"])
@pytest.mark.parametrize("optimizer", ["sgd", "adam", "muon"])
def test_a_copy_goes_on_with_the_same_bits(again: Callable[[nnlab.Session], nnlab.Session], optimizer: str) -> None:
    """Weights, moments, running statistics, masks of dropout, the order of samples, the schedule: compared with one never copied."""
    options: dict[str, Any] = {"optimizer": optimizer, "learning_rate": np.float32(0.01), "seed": 5, "schedule": "cosine"}
    never, first = nnlab.Session(dropout_graph(), **options), nnlab.Session(dropout_graph(), **options)
    for s in (never, first):
        s.fit(X, Y, epochs=3, batch_size=5)
        s.step(X[:7], Y[:7])
    copied = again(first)
    assert bits(copied) == bits(never) and copied.iteration == never.iteration

    def goes_on(s: nnlab.Session) -> list[object]:
        curves, loss, traced = s.fit(X, Y, epochs=2, batch_size=5), s.step(X, Y), [t.writes for t in s.trace(X, Y)]
        return [curves.mean.tolist(), loss, traced[-1], s.predict(X).tolist()]

    expected = goes_on(never)
    assert str(goes_on(copied)) == str(expected) and bits(copied) == bits(never)
    assert first.iteration < copied.iteration and bits(first) != bits(copied)  # the one does not move the other
    assert str(goes_on(first)) == str(expected)


def test_a_session_keeps_what_a_subclass_adds() -> None:
    class Named(nnlab.Session):
        name = "?"

    s = Named(GRAPH)
    s.name = "mine"
    assert copy.copy(s).name == "mine" and type(copy.copy(s)) is Named


def test_a_graph_that_was_used_can_be_pickled() -> None:
    session().fit(X, Y, epochs=1)
    assert pickle.loads(pickle.dumps(GRAPH)) == GRAPH == copy.deepcopy(GRAPH)


def test_numpy_scalars_are_settings() -> None:
    plain, other = session(optimizer="sgd", learning_rate=0.25, seed=3, momentum=0.5, nesterov=True), session(
        optimizer=np.str_("sgd"), learning_rate=np.float32(0.25), seed=np.int64(3), momentum=np.array(0.5), nesterov=np.bool_(True)
    )  # fmt: skip
    plain.fit(X, Y, epochs=2, batch_size=8, shuffle=False)
    other.fit(X, Y, epochs=np.int64(2), batch_size=np.uint8(8), shuffle=np.bool_(False))
    assert bits(plain) == bits(other)
    for dtype in (np.float64, np.dtype("float64"), "float64"):
        assert session(dtype=dtype).parameters["dense_1.bias"].dtype == np.float64
    b = nnlab.GraphBuilder()
    b.mse(b.dense(b.input(features=np.int64(2)), units=np.int32(3), bias=np.bool_(False)))
    node = b.build()["dense_1"]
    assert type(node.settings["units"]) is int and node.settings["bias"] is False


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (lambda: nnlab.Session(None), "A session takes a graph, not None; make one with nnlab.GraphBuilder"),
        (lambda: nnlab.Session(nnlab.GraphBuilder()), "not a GraphBuilder; give what its build.. returns"),
        (lambda: nnlab.Session(GRAPH.to_json()), "read JSON with nnlab.Graph.from_json"),
        (lambda: nnlab.Session("adam", GRAPH), "A session takes a graph, not the text 'adam'"),
        (lambda: nnlab.Session(X, Y), r"A session takes a graph, not an array of shape \(24, 2\)"),
        (lambda: nnlab.Session(nnlab.Graph), "A session takes a graph"),
        (lambda: nnlab.Session(nnlab.Graph()), "The canvas is empty"),
        (lambda: session(optimizer=["adam"]), "There is no optimiser named"),
        (lambda: session(schedule=[1]), "There is no schedule named"),
        (lambda: session(schedule="step", schedule_settings=[1]), "step: settings are given by name, as a dict, not as"),
        (lambda: session(learning_rate=10**400), "learning_rate is 1e400; it must be from 0 to 1,000"),
        (lambda: session(learning_rate=np.complex64(1j)), "learning_rate is .*1j.*; it must be a number"),
        (lambda: session(learning_rate=np.array([0.1])), r"learning_rate is an array of shape \(1,\); it must be a number"),
        (lambda: session(learning_rate=np.timedelta64(1, "D")), "it must be a number"),
        (lambda: session(learning_rate=np.float64("nan")), "learning_rate is NaN; it must be a finite number"),
        (lambda: session(seed=np.True_), "seed is True; it must be a number"),
        (lambda: session(seed=-(10**5000)), "seed is -1e5000; it must be from 0"),
        (lambda: session(seed=np.float32(1.5)), "seed is 1.5; it must be a whole number"),
        (lambda: session(dtype=int), "dtype is <class 'int'>; choose one of float32, float64"),
        (lambda: session(dtype=None), "dtype is None"),
        (lambda: session().fit(X, Y, validation=X), r"validation is an array of shape \(24, 2\); give a pair \(x, y\)"),
        (lambda: session().fit(X, Y, validation=X[:2]), r"validation is an array of shape \(2, 2\); give a pair"),
        (lambda: session().fit(X, Y, validation=(X, None)), "validation y is None; give a pair"),
        (lambda: session().fit(X, Y, validation=(None, Y)), "validation x is None; give a pair"),
        (lambda: session().fit(X, Y, validation=(X, Y, Y)), "validation is a tuple of 3"),
        (lambda: session().fit(X, Y, validation=0.2), "validation is 0.2; give a pair"),
        (lambda: session().fit(X, Y, validation=(Y, X)), r"but validation x has shape \(24, 1\)"),
        (lambda: session().fit(X, Y, validation=(X, Y[:3])), r"but validation y has shape \(3, 1\)"),
        (lambda: session().fit(X, Y, validation=(X[:0], Y)), r"but validation y has shape \(24, 1\)"),
        (lambda: session().fit(X, Y, shuffle="no"), "shuffle is 'no'; it must be true or false"),
        (lambda: session().fit(X, Y, shuffle=None), "shuffle is None"),
        (lambda: session().fit(X, Y, epochs=-1), "epochs is -1; it must be from 1"),
        (lambda: session().fit(X, Y, epochs="3"), "epochs is '3'; it must be a number"),
        (lambda: session().fit(X, Y, epochs=np.array([3])), "epochs is an array of shape"),
        (lambda: session().fit(X, None), "y is None"),
        (lambda: session().fit(X + 1j, Y), "x holds complex numbers"),
        (lambda: session().fit(X[:, 0], Y), r"x has shape \(24,\); give one row per sample and one column per feature"),
        (lambda: session().predict(X[0]), r"x has shape \(2,\); give one row per sample"),
        (lambda: session().loss(X[:0], Y[:0]), "A loss needs at least one sample, but x is empty"),
        (lambda: session().set_parameters(None), "Parameters are set by name, as a dict of arrays, not as None"),
        (lambda: session().set_parameters({"dense_1.bias": np.ones(4) * 1j}), "dense_1.bias holds complex numbers"),
        (lambda: session().set_parameters({"dense_1.bias": ["1"] * 4}), "dense_1.bias holds text"),
        (lambda: nnlab.GraphBuilder().input(features=2, id=3), "3 cannot be the name of a node"),
        (lambda: nnlab.GraphBuilder().node([]), "there is no operator named"),
        (lambda: nnlab.GraphBuilder().input(features=10**400), "features is 1e400; it must be"),
        (lambda: nnlab.GraphBuilder().build(), "The canvas is empty"),
        (lambda: nnlab.Graph.from_json(None), "A graph is read from JSON text, not from None"),
        (lambda: nnlab.Graph.from_json({"nodes": []}), "A graph is read from JSON text"),
        (lambda: nnlab.Graph.from_json(b'{"nodes": [{"id": "\xff"}]}'), "This is not an NN Lab graph: its text is not UTF-8"),
        (lambda: nnlab.Graph.from_json(GRAPH.to_json().replace('"units": 4', f'"units": 1{"0" * 400}')), "dense_1: units is 1e400"),
    ],
)  # fmt: skip
def test_a_misuse_is_told_in_one_sentence(attempt: Callable[[], object], words: str, recwarn: pytest.WarningsRecorder) -> None:
    with pytest.raises(NNLabError, match=words):
        attempt()
    assert not recwarn.list


class Frame:
    """A data frame as pandas 2 makes one: every column has its type, and together they become objects where those differ."""

    def __init__(self, columns: dict[str, list[object]]) -> None:
        self.columns = list(columns)
        kinds = {type(value) for values in columns.values() for value in values}
        self._values = np.array(list(zip(*columns.values(), strict=True)), dtype=float if kinds == {float} else object)

    @property
    def shape(self) -> tuple[int, ...]:
        return self._values.shape

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __getitem__(self, key: object) -> object:
        raise KeyError(key)  # by name, not by place

    def to_numpy(self) -> np.ndarray:
        return self._values

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return self._values if dtype is None else self._values.astype(dtype)


class Series(Frame):
    """One column of it."""

    def __init__(self, name: str, values: list[object]) -> None:
        super().__init__({name: values})
        self.name, self._values = name, self._values[:, 0]
        del self.columns


def test_data_frames_are_fitted_and_predicted_as_their_numbers() -> None:
    plain, framed = session(learning_rate=0.1), session(learning_rate=0.1)
    frame, column = Frame({"größe": X[:, 0].tolist(), "is old": (X[:, 1] > 0).tolist()}), Series("price", Y[:, 0].tolist())
    numbers = np.column_stack([X[:, 0], X[:, 1] > 0])
    assert frame.to_numpy().dtype == object and column.to_numpy().dtype == float
    plain.fit(numbers, Y[:, 0], epochs=2, validation=(numbers, Y[:, 0]))
    framed.fit(frame, column, epochs=2, validation=(frame, column))
    assert bits(framed) == bits(plain)
    assert framed.predict(frame).tolist() == plain.predict(numbers).tolist()
    assert framed.loss(frame, column) == plain.loss(numbers, Y[:, 0])
    assert framed.step(frame, column) == plain.step(numbers, Y[:, 0])


def test_a_column_of_text_is_named() -> None:
    x = Frame({"size": [1.0, 2.0], "town": [3.0, "Bern"]})
    with pytest.raises(NNLabError, match=r"^x holds 'Bern' at \[1, 1\] in column 'town', which is no number"):
        session().fit(x, [1.0, 2.0])
    with pytest.raises(NNLabError, match=r"^x holds 'Bern' at \[1, 1\] in column 'town', which is no number"):
        session().predict(x)
    with pytest.raises(NNLabError, match=r"^y holds 'low' at \[0\] in column 'price', which is no number"):
        session().fit(X[:2], Series("price", ["low", "high"]))
    with pytest.raises(NNLabError, match=r"^x contains NaN.* at \[0, 1\] in column 'age'"):
        session().fit(Frame({"size": [1.0, 2.0], "age": [float("nan"), 1.0]}), [1.0, 2.0])


def test_every_fit_is_kept_as_a_run_and_saved(tmp_path: Path) -> None:
    b = nnlab.GraphBuilder()
    b.mse(b.dense(b.tanh(b.dense(b.input(features=2), units=3)), units=1))
    s = nnlab.Session(b.build(), learning_rate=0.01, seed=4)
    x = np.random.default_rng(1).normal(size=(40, 2))
    first = s.fit(x, x[:, :1], epochs=3, batch_size=8)
    s.fit(x, x[:, :1], epochs=2, batch_size=20, accumulate=2)
    assert [run.number for run in s.runs] == [1, 2] and s.runs.next_number == 3
    one, two = s.runs
    assert (one.project.training.batch_size, two.project.training.batch_size) == (8, 20)
    assert (one.project.training.epochs, two.project.training.accumulate) == (3, 2)
    assert np.allclose(one.median.curves.mean, first.mean) and one.median.seed == 4 and one.iteration == 15
    assert two.iteration == s.iteration == 17
    assert all(np.array_equal(two.median.weights[name], values) for name, values in s.parameters.items())
    s.save(tmp_path / "kept.nnlab")
    again = nnlab.load(tmp_path / "kept.nnlab")
    assert [run.name for run in again.runs] == ["run 1", "run 2"]
    assert np.array_equal(again.runs[1].median.blocks, one.median.blocks)
    again.fit(x, x[:, :1], epochs=1)
    assert len(again.runs) == 3 and again.runs[3].project.data == again.runs[1].project.data
    with pytest.raises(NNLabError, match="needs targets"):
        again.fit(x)
    assert len(again.runs) == 3, "what never began is no run"
