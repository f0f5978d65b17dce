"""Weights, adapters and tables come into projects, whole or not at all, from Python and the command line."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

import nnlab
from nnlab.core.errors import FileError
from nnlab.exchange.exporters import safetensors
from nnlab.exchange.importer import AS_PROPOSED, importer_for
from nnlab.exchange.importers.safetensors import read
from nnlab.exchange.model import model_of
from nnlab.files.session_file import saved_session
from nnlab.jobs.context import TaskContext
from tests.support.command_line import run_command
from tests.support.networks import mlp

X = np.random.default_rng(0).normal(size=(5, 3))


def test_weights_come_back_with_and_without_their_network(tmp_path: Path) -> None:
    b = nnlab.GraphBuilder()
    x = b.input(features=3)
    b.mse(b.dense(b.batch_norm(b.dense(x, units=4)), units=2))
    session = nnlab.Session(b.build(), seed=1)
    session.fit(X, X[:, :2], epochs=2)
    safetensors.write(model_of(saved_session(session), "x"), tmp_path / "x.safetensors", TaskContext())
    tensors = load_file(tmp_path / "x.safetensors")
    save_file({**tensors, "batch_norm_1.num_batches_tracked": np.array(3)}, tmp_path / "bare.safetensors")  # as PyTorch has it
    other = saved_session(nnlab.Session(b.build(), seed=9))
    for name, into in (("x", None), ("x", other), ("bare", other)):
        back = model_of(read(tmp_path / f"{name}.safetensors", into, TaskContext())[0], "x").session
        assert np.array_equal(back.predict(X), session.predict(X))


def test_what_does_not_fit_is_told_tensor_by_tensor(tmp_path: Path) -> None:
    into = saved_session(nnlab.Session(mlp([3, 4, 2])))
    good = {name: np.zeros(values.shape, np.float32) for name, values in nnlab.Session(mlp([3, 4, 2])).parameters.items()}
    path = tmp_path / "w.safetensors"
    kept = {name: values for name, values in good.items() if name != "dense_1.bias"}
    save_file({**kept, "dense_2.weight": np.zeros((2, 5), np.float32), "fc": good["dense_1.bias"]}, path)
    words = r"dense_1\.bias is missing; fc belongs to no layer; dense_2\.weight has the shape \[2, 5\], but"
    with pytest.raises(nnlab.NNLabError, match=words):
        read(path, into, TaskContext())
    save_file({**good, "dense_1.bias": np.full(4, np.nan, np.float32)}, path)
    with pytest.raises(nnlab.NNLabError, match="NaN"):
        read(path, into, TaskContext())
    with pytest.raises(nnlab.NNLabError, match="does not say which network"):
        read(path, None, TaskContext())
    path.write_bytes(b"{}")
    with pytest.raises(nnlab.NNLabError, match="damaged or not safetensors"):
        read(path, into, TaskContext())


def test_the_command_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    session = nnlab.Session(mlp([3, 4, 2]), seed=2)
    session.save(tmp_path / "base.nnlab")
    session.attach("dense_1", rank=2, name="task")
    session.fit(X, X[:, :2], epochs=3)
    session.save_adapter("task", tmp_path / "task")
    done = run_command(capfd, "import", tmp_path / "task", "-o", tmp_path / "base.nnlab", "--json")
    assert (done.status, done.report["form"]) == (0, "peft"), done.err
    assert np.allclose(nnlab.load(tmp_path / "base.nnlab").predict(X), session.predict(X), atol=1e-6)
    (tmp_path / "t.csv").write_text("a,b,y\n" + "".join(f"{k},{k * k},{k % 2}\n" for k in range(20)))
    assert run_command(capfd, "import", tmp_path / "t.csv", "-o", tmp_path / "t.nnlab").status == 0
    assert [column.name for column in nnlab.load(tmp_path / "t.nnlab").preparation.columns] == ["a", "b"]
    model = tmp_path / "m.onnx"
    assert run_command(capfd, "export", tmp_path / "base.nnlab", "--to", "onnx", "-o", model).status == 0
    assert run_command(capfd, "import", model, "-o", tmp_path / "m.nnlab").status == 0
    assert np.allclose(nnlab.load(tmp_path / "m.nnlab").predict(X), session.predict(X), atol=1e-6)
    for name, words in (("none.onnx", "no file"), ("x.pt", "of no form that can be imported"), ("t.zip", "of no form")):
        if name != "none.onnx":
            (tmp_path / name).write_bytes(b"x")
        done = run_command(capfd, "import", tmp_path / name, "-o", tmp_path / "new.nnlab")
        assert done.status == 2 and words in done.error and not (tmp_path / "new.nnlab").exists()


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"adapter_config.json": b"{}"}, "holds no adapter_model.safetensors"),
        ({"adapter_config.json": b"{}", "adapter_model.bin": b"\x80\x04."}, "is a pickle, which could run anything"),
        ({"adapter_model.bin": b"\x80\x04."}, "holds no adapter_config.json"),
    ],
)
def test_a_folder_of_an_adapter_that_is_not_whole_is_not_taken_for_images(tmp_path: Path, files: dict[str, bytes], words: str) -> None:
    folder = tmp_path / "task"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    into = saved_session(nnlab.Session(mlp([3, 4, 2])))
    with pytest.raises(FileError, match=words):
        importer_for(folder).read(folder, into, TaskContext(), AS_PROPOSED)
