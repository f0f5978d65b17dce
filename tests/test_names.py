"""One name, one thing: what is defined at the top of a module of nnlab is defined there only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import nnlab

PACKAGE = Path(nnlab.__file__).parent


def defined(tree: ast.Module) -> Iterator[str]:
    """Classes and type aliases (names in CapWords) at the top of a module."""
    for statement in tree.body:
        if isinstance(statement, ast.ClassDef):
            yield statement.name
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name) and target.id.lstrip("_")[:1].isupper() and not target.id.isupper():
                    yield target.id
        elif (
            isinstance(statement, ast.AnnAssign)
            and isinstance(statement.target, ast.Name)
            and "TypeAlias" in ast.unparse(statement.annotation)
        ):
            yield statement.target.id


def shared(modules: dict[str, str]) -> dict[str, list[str]]:
    """The names that more than one of these modules (source by name) defines, with the modules."""
    places: dict[str, list[str]] = {}
    for module, source in modules.items():
        for name in defined(ast.parse(source)):
            places.setdefault(name, []).append(module)
    return {name: found for name, found in places.items() if len(found) > 1}


def test_no_two_classes_or_type_aliases_share_a_name() -> None:
    modules = {str(path.relative_to(PACKAGE)): path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.py"))}
    assert len(modules) > 300
    assert shared(modules) == {}


def test_a_class_and_an_alias_of_one_name_are_found() -> None:
    modules = {"a": "class Step: pass\nSIZE = 3\n", "b": "Step = tuple[int, int]\nSIZE = 4\n", "c": "class Other:\n    class Step: pass\n"}
    assert shared(modules) == {"Step": ["a", "b"]}
