"""Models of other programs come in with their numbers; what cannot is told in one sentence, all obstacles at once, and nothing is made."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator
from sklearn.datasets import load_iris
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

from nnlab.core.errors import FileError
from nnlab.exchange.exporters.onnx import write
from nnlab.exchange.importers.onnx import read
from nnlab.exchange.model import largest_difference
from nnlab.files.project import SavedProject
from nnlab.files.session_file import session_of
from nnlab.jobs.context import TaskContext
from nnlab.training.session import Session
from tests.support.exported import CASES, FORMS_AGREE, TARGETS, mixed_model, operator_model
from tests.support.onnx_models import keras_convnet, model, newer_torch, scikit_learn_mlp

FIXTURES = Path(__file__).parent / "fixtures"
PYTORCH = json.loads((FIXTURES / "torch_outputs.json").read_text(encoding="utf-8"))
make = helper.make_node


def imported(path: Path) -> SavedProject:
    return read(path, None, TaskContext())[0]


def session_from(proto: Any, folder: Path) -> Session:
    onnx.save(proto, folder / "model.onnx")
    return session_of(imported(folder / "model.onnx"))


@pytest.mark.parametrize("path", sorted((Path(__file__).parent / "exported").glob("*.onnx")), ids=lambda path: path.stem)
def test_what_real_exporters_wrote(path: Path) -> None:
    """Ten networks by the exporters of PyTorch (both), Keras and skl2onnx; `exported/make_exported.py` made them."""
    theirs = np.load(path.with_suffix(".npz"))
    said = session_of(imported(path)).predict_raw(theirs["x"].astype(np.float64))
    ours = said.outputs if said.probabilities is None else said.probabilities
    assert ours.shape == theirs["y"].shape
    assert largest_difference(ours, theirs["y"]) < FORMS_AGREE


@pytest.mark.parametrize("name", PYTORCH)
def test_what_pytorch_exports(name: str) -> None:
    said = session_of(imported(FIXTURES / f"{name}.onnx")).predict_raw(np.array(PYTORCH[name]["x"]))
    ours = said.outputs if said.probabilities is None else said.probabilities
    theirs = np.array(PYTORCH[name]["y"])
    assert largest_difference(ours[:, -theirs.shape[1] :], theirs) < FORMS_AGREE


@pytest.mark.parametrize("classes", [2, 3])
def test_what_skl2onnx_exports(classes: int, tmp_path: Path) -> None:
    x, y = load_iris(return_X_y=True)
    x, y = x[y < classes], y[y < classes]
    labels = ["setosa", "versicolor", "virginica"][:classes]
    scaler = StandardScaler().fit(x)
    mlp = MLPClassifier((6,), max_iter=400, tol=1e-2, random_state=0).fit(scaler.transform(x), np.array(labels)[y])
    session = session_from(scikit_learn_mlp(mlp, scaler, labels), tmp_path)
    said = session.predict_raw(x)
    assert said.target.names == tuple(labels)
    assert said.probabilities is not None
    assert largest_difference(said.probabilities, mlp.predict_proba(scaler.transform(x))) < FORMS_AGREE
    assert np.allclose([step.mean for step in session.preparation.steps], scaler.mean_)


def test_what_keras_and_the_newer_pytorch_export(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    x = generator.normal(size=(5, 4, 4, 2)).astype(np.float32)
    proto = keras_convnet(generator)
    theirs = ReferenceEvaluator(proto).run(None, {"image": x})[0]
    said = session_from(proto, tmp_path).predict_raw(x.reshape(5, -1))
    assert said.probabilities is not None
    assert largest_difference(said.probabilities, theirs) < FORMS_AGREE
    proto = newer_torch(generator)
    onnx.save(proto, tmp_path / "model.onnx", save_as_external_data=True, location="model.onnx.data", size_threshold=0)
    session = session_of(imported(tmp_path / "model.onnx"))
    assert [node.operator for node in session.graph] == ["input", "dense", "layer_norm", "gelu", "dense", "silu", "mse"]
    theirs = ReferenceEvaluator(newer_torch(np.random.default_rng(0))).run(None, {"x": np.zeros((2, 3), np.float32)})[0]
    assert session.predict(np.zeros((2, 3))).shape == theirs.shape


@pytest.mark.parametrize("case", CASES)
def test_every_operator_comes_back(case: Any, tmp_path: Path) -> None:
    ours = operator_model(case)
    write(ours, tmp_path / "x.onnx", TaskContext())
    back = session_of(imported(tmp_path / "x.onnx"))
    assert largest_difference(ours.outputs, back.predict(ours.preparation.transform(ours.rows))) < FORMS_AGREE


@pytest.mark.parametrize(("target", "loss", "outputs"), TARGETS)
def test_a_file_of_ours_comes_back_with_its_preparation(target: Any, loss: str, outputs: int, tmp_path: Path) -> None:
    ours = mixed_model(target, loss, outputs)
    write(ours, tmp_path / "x.onnx", TaskContext())
    back = imported(tmp_path / "x.onnx")
    assert back.preparation == ours.preparation
    assert back.project.graph.losses[0].operator == loss


def two_layers(**changes: Any) -> Any:
    constants = {"w": np.ones((3, 2), np.float32), "v": np.ones((2, 2), np.float32)} | changes.pop("constants", {})
    nodes = changes.pop("nodes", [make("MatMul", ["x", "w"], ["h"], name="first"), make("MatMul", ["h", "v"], ["y"], name="second")])
    return model(nodes, constants, changes.pop("inputs", {"x": [None, 3]}), changes.pop("outputs", ["y"]), **changes)


def strange() -> list[Any]:
    return [
        make("LSTM", ["x", "w", "w"], ["a"], name="memory"), make("Add", ["a", "a"], ["b"]), make("Foo", ["x"], ["c"], domain="my.own"),
        make("Sum", ["b", "c"], ["y"]),
    ]  # fmt: skip


BAD = {
    "all obstacles": (two_layers(nodes=strange()), r"'memory' \(LSTM\) NN Lab has no such operator; 'c' \(my\.own\.Foo\) NN Lab has no"),
    "dynamic": (two_layers(inputs={"x": [None, "width"]}), "axis 1 of the input 'x' has no fixed length"),
    "opset": (two_layers(opset=999), "opset 999; 7 to"),
    "cycle": (
        two_layers(nodes=[make("Add", ["x", "b"], ["a"], name="p"), make("Relu", ["a"], ["b"], name="q"), make("Relu", ["b"], ["y"])]),
        r"'p' \(Add\), 'q' \(Relu\).* form a cycle",
    ),
    "nowhere": (two_layers(nodes=[make("Relu", ["lost"], ["y"], name="n")]), r"'n' \(Relu\) reads 'lost', which nothing writes"),
    "shapes": (two_layers(constants={"v": np.ones((7, 2), np.float32)}), r"'second' \(MatMul\) has a weight of shape \(2, 7\) for 2"),
    "nan": (two_layers(constants={"v": np.full((2, 2), np.nan, np.float32)}), "tensor 'v' contains NaN"),
    "outputs": (two_layers(outputs=["h", "y"]), "several outputs"),
    "batch": (two_layers(nodes=[make("Transpose", ["x"], ["y"], perm=[1, 0], name="t")]), r"'t' \(Transpose\) turns the batch"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_imported_is_one_sentence(name: str, tmp_path: Path) -> None:
    proto, words = BAD[name]
    onnx.save(proto, tmp_path / "bad.onnx")
    with pytest.raises(FileError, match=rf"bad\.onnx.*{words}"):
        imported(tmp_path / "bad.onnx")


def test_external_data_stays_in_its_folder_and_has_its_length(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(bytes(24))
    (tmp_path / "inner").mkdir()
    proto = two_layers()
    tensor = proto.graph.initializer[0]
    del tensor.float_data[:]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for place, length, words in (
        ("../secret", 24, r"lies outside the model's folder \('../secret'\)"), (str(tmp_path / "secret"), 24, "outside"),
        ("gone", 24, "'gone', which is not beside it"), ("near", 8, "should have 24 bytes in 'near', not 8"), ("near", 24, "near"),
    ):  # fmt: skip
        (tmp_path / "inner" / "near").write_bytes(bytes(8))
        del tensor.external_data[:]
        for key, value in (("location", place), ("length", str(length))):
            tensor.external_data.add(key=key, value=value)
        (tmp_path / "inner" / "bad.onnx").write_bytes(proto.SerializeToString())
        with pytest.raises(FileError, match=words):
            imported(tmp_path / "inner" / "bad.onnx")


@pytest.mark.parametrize("content", [b"", b"not onnx", b"PK\x03\x04", bytes(range(256))])
def test_what_is_no_onnx_file(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "bad.onnx").write_bytes(content)
    with pytest.raises(FileError, match="is not an ONNX file"):
        imported(tmp_path / "bad.onnx")


def test_a_huge_graph_is_refused(tmp_path: Path) -> None:
    nodes = [make("Relu", [f"v{k}"], [f"v{k + 1}"]) for k in range(20_001)]
    onnx.save(model(nodes, {}, {"v0": [None, 3]}, ["v20001"]), tmp_path / "huge.onnx")
    with pytest.raises(FileError, match="huge.onnx has 20,001 nodes; at most 20,000"):
        imported(tmp_path / "huge.onnx")


def test_cut_and_overwritten_files_are_read_or_refused(tmp_path: Path) -> None:
    whole = (FIXTURES / "torch_views.onnx").read_bytes()
    generator = np.random.default_rng(3)
    refused = 0
    for k in range(40):
        spoiled = bytearray(whole if k % 2 else whole[: int(generator.integers(len(whole)))])
        for place in generator.integers(len(spoiled) or 1, size=4):
            if spoiled:
                spoiled[place] = int(generator.integers(256))
        (tmp_path / "bad.onnx").write_bytes(bytes(spoiled))
        try:
            assert len(imported(tmp_path / "bad.onnx").project.graph) > 1
        except FileError as error:
            refused += "bad.onnx" in str(error)
    assert refused > 20
