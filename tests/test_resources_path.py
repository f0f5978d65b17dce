from pathlib import Path

from nnlab.resources_path import resource


def test_a_checkout_keeps_its_resources_beside_the_package():
    assert resource("README.md").is_file()
    assert resource("README.md") == Path(__file__).resolve().parents[1] / "resources" / "README.md"


def test_an_installed_package_carries_them_inside(tmp_path):
    package = tmp_path / "nnlab"
    (package / "resources").mkdir(parents=True)
    assert resource("examples", "spiral.json", package=package) == package / "resources" / "examples" / "spiral.json"


def test_without_any_folder_the_place_beside_the_package_is_named(tmp_path):
    assert resource("icons", package=tmp_path / "nnlab") == tmp_path / "resources" / "icons"
