"""Where icons, examples, lessons and schemas lie: beside the package in a checkout, inside it once installed from a wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def resource(*parts: str, package: Path = _PACKAGE) -> Path:
    """The path of `resources/<parts…>`; nothing is opened, and the path need not exist.

    `package` is the folder of the nnlab package whose resources are wanted.
    """
    inside, beside = package / "resources", package.parent / "resources"
    return (inside if inside.is_dir() else beside).joinpath(*parts)
