"""`nnlab import` of a table: the target that is named, and what its cells leave open answered."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import run_command
from image_files import make_folder, make_idx

from nnlab.files.project_file import load_project
from nnlab.tables.plan import read_plan


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "paid.csv"
    path.write_text("kind;paid;size\n" + "a;1,000;3\nb;2,000;4\na;3,000;5\n" * 10, encoding="utf-8")
    return path


def test_a_question_is_answered(table: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "p.nnlab"
    refused = run_command(capfd, "import", table, "-o", out)
    assert refused.status == 2 and "'paid' holds 1,000" in refused.error and "--answer paid=comma_thousands" in refused.error
    assert not out.exists()
    assert run_command(capfd, "import", table, "-o", out, "--answer", "paid=decimal_comma", "--target", "kind").status == 0
    plan = read_plan(str(load_project(out).project.data.settings["plan"]))
    assert plan is not None and plan.target.name == "kind" and plan.column("paid").notation == "decimal_comma"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--answer", "paid"), "write COLUMN=NOTATION"),
        (("--answer", "paid=roman"), "cannot be read as 'roman': choose comma_thousands or decimal_comma"),
        (("--answer", "x=text"), "no column 'x'"),
        (("--target", "x"), "no column 'x'"),
    ],
)
def test_what_cannot_be_chosen(
    table: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], options: tuple[str, str], sentence: str
) -> None:
    answer = run_command(capfd, "import", table, "-o", tmp_path / "p.nnlab", *options)
    assert answer.status == 2 and sentence in answer.error


def test_choices_are_about_tables(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "n.onnx").write_bytes(b"")
    answer = run_command(capfd, "import", tmp_path / "n.onnx", "-o", tmp_path / "p.nnlab", "--target", "x")
    assert answer.status == 2 and "n.onnx is imported as ONNX, which --target cannot change" in answer.error


def test_images_become_a_project_that_is_trained_and_predicts(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    root, out = make_folder(tmp_path / "pictures", 20, (8, 8)), tmp_path / "p.nnlab"
    answer = run_command(capfd, "import", root, "-o", out, "--size", "6x4")
    assert answer.status == 0 and "2 classes of 40 images, 6 × 4 pixels in grey" in answer.out
    data = load_project(out).project.data
    assert data.name == "images" and (data.settings["height"], data.settings["width"]) == (6, 4)
    trained = tmp_path / "t.nnlab"
    assert run_command(capfd, "train", out, "--epochs", "100", "--out", trained).status == 0
    assert run_command(capfd, "predict", trained, "--data", root, "-o", tmp_path / "p.csv").status == 0
    lines = (tmp_path / "p.csv").read_text().splitlines()
    assert lines[0] == "image,prediction,probability_dark,probability_light" and len(lines) == 41
    assert sum(line.split(",")[0].split("/")[0] == line.split(",")[1] for line in lines[1:]) >= 38
    assert run_command(capfd, "predict", trained, "--data", root / "light" / "00.png", "-o", tmp_path / "one.csv").status == 0
    assert (tmp_path / "one.csv").read_text().splitlines()[1].startswith("00.png,light,")
    again = run_command(capfd, "train", trained, "--epochs", "1")  # the images have travelled inside the project
    assert again.status == 0 and "32 samples and 8 for validation" in again.err + again.out
    (root / "dark" / "03.png").write_text("no image")
    refused = run_command(capfd, "predict", trained, "--data", root, "-o", tmp_path / "two.csv")
    assert refused.status == 2 and "dark/03.png is no PNG or JPEG image" in refused.error and not (tmp_path / "two.csv").exists()


@pytest.mark.parametrize("options", [("--size", "0x5"), ("--size", "big"), ("--color", "blue"), ("--target", "x"), ("--labels", "nowhere")])
def test_what_cannot_be_chosen_of_images(options: tuple[str, str], tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    answer = run_command(capfd, "import", make_idx(tmp_path), "-o", tmp_path / "p.nnlab", *options)
    assert answer.status == 2 and options[1 if options[0] == "--labels" else 0] in answer.error and not (tmp_path / "p.nnlab").exists()
