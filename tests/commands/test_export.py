"""`nnlab export`: every form from the command line, and what cannot be written in a sentence."""

import csv
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

import nnlab
from nnlab.exchange.exporter import exporters
from tests.support.command_line import run_command
from tests.support.networks import mlp


def test_every_form_is_written(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    session = nnlab.Session(mlp([2, 3, 1], loss="binary_cross_entropy"), seed=1)
    session.attach("dense_1", rank=1, name="task")
    session.save(tmp_path / "net.nnlab")
    for form in exporters:
        out = tmp_path / f"out_{form.name}{form.suffix}"
        done = run_command(capfd, "export", tmp_path / "net.nnlab", "--to", form.name, "-o", out, "--json")
        assert done.status == 0, done.err
        assert done.report["form"] == form.name and out.exists()
    assert (tmp_path / "out_peft" / "adapter_config.json").is_file()
    assert set(load_file(tmp_path / "out_safetensors.safetensors")) == {"dense_1.weight", "dense_1.bias", "dense_2.weight", "dense_2.bias"}
    rows = list(csv.DictReader((tmp_path / "out_csv.csv").open()))
    assert {row["part"] for row in rows} == {"training", "validation"}
    shares = np.array([[float(row[key]) for key in row if key.startswith("probability_")] for row in rows])
    assert np.allclose(shares.sum(axis=1), 1.0)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--to", "pickle", "-o", "x.pkl"), "There is no form to export to named 'pickle'; known are csv, numpy, onnx"),
        (("--to", "onnx", "-o", "x.txt"), "ends in .onnx"),
        (("--to", "onnx", "-o", "nowhere/x.onnx"), "create it first"),
        (("--to", "peft", "-o", "folder"), "no LoRA adapter to export"),
    ],
)
def test_what_cannot_be_exported_is_said(arguments: tuple[str, ...], words: str, capfd: pytest.CaptureFixture[str]) -> None:
    done = run_command(capfd, "export", "iris", *arguments)
    assert done.status == 2 and words in done.error
