"""`nnlab train` as people run it: a process of its own, with pipes, signals and an empty cache."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import run_command
from endings import LIMIT, mortal

from nnlab.files.project_file import load_project

COMMAND = [sys.executable, "-m", "nnlab"]


def nnlab(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=300, env={**os.environ, **environment}
    )


def test_digits_as_the_issue_asks(capfd: pytest.CaptureFixture[str]):
    """Validation accuracy of at least 0.96 after 20 epochs, and the same loss bit for bit in another process."""
    answer = nnlab("train", "digits", "--epochs", "20", "--json")
    assert answer.returncode == 0, answer.stderr
    reports = [json.loads(answer.stdout.splitlines()[-1]), run_command(capfd, "train", "digits", "--epochs", 20, "--json").report]
    assert reports[0]["metrics"]["accuracy"] >= 0.96
    assert reports[0]["loss"] == reports[1]["loss"] and reports[0]["validation_loss"] == reports[1]["validation_loss"]


def test_spiral_and_sine_as_the_issue_asks(capfd: pytest.CaptureFixture[str]):
    spiral, sine = (run_command(capfd, "train", name, "--json").report for name in ("spiral", "sine"))
    assert spiral["metrics"]["accuracy"] >= 0.97 and sine["validation_loss"] <= 1e-3


def test_the_bar_is_on_stderr_and_the_summary_on_stdout():
    answer = nnlab("train", "xor", "--steps", "2000")
    assert "2000" in answer.stderr and "step/s" in answer.stderr
    assert answer.stdout.startswith("xor: 2,000 steps") and "\r" not in answer.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGINT for one process")
def test_ctrl_c_ends_with_a_summary_and_keeps_what_was_learned(tmp_path: Path):
    out = tmp_path / "out.nnlab"
    command = [*COMMAND, "train", "xor", "--steps", str(10**12), "--json", "--out", str(out)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    seen = ""
    with mortal(process):
        while "loss" not in seen:  # the bar shows a running loss: steps were made
            letter = process.stderr.read(1)
            assert letter, seen
            seen += letter
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 1 and "Traceback" not in stderr
    assert "Interrupted after" in stderr.splitlines()[-1]
    report = json.loads(stdout.splitlines()[-1])
    snapshot = load_project(out).snapshot
    assert report["step"] > 0 and snapshot is not None and snapshot.context[1] == report["step"]


def test_output_into_a_closed_pipe_is_no_fault():
    process = subprocess.Popen([*COMMAND, "examples"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    process.wait(timeout=60)
    assert process.returncode in (0, 1) and process.stderr.read() == b""


def test_the_first_start_says_that_it_compiles(tmp_path: Path):
    """With an empty cache the announcement comes first. Compiling itself takes long, so it is not waited for."""
    process = subprocess.Popen(
        [*COMMAND, "train", "xor"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "NNLAB_CACHE": str(tmp_path)},
    )  # fmt: skip
    assert process.stderr is not None
    with mortal(process):
        first = process.stderr.readline()
    process.kill()
    process.communicate(timeout=LIMIT)
    assert first.startswith("Compiling NN Lab's kernels") and "once" in first


def test_light_commands_load_nothing_heavy():
    """`examples` and `--help` answer at once: no window, no compiler, no data libraries."""
    code = "import sys; sys.argv = ['nnlab', '--version']\nfrom nnlab.cli import main\ntry: main()\nexcept SystemExit: pass\n"
    code += "print(sorted({name.partition('.')[0] for name in sys.modules} & {'PySide6', 'numba', 'sklearn', 'duckdb', 'scipy', 'rich'}))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=LIMIT)
    assert answer.stdout.splitlines()[-1] == "[]"
