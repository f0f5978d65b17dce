"""The texts of a lesson: Markdown without HTML, in sections, with formulas between $ and numbers between {{ and }}.

    ## the sum
    The products add up to {{dense_1.bias[0]:.2f}} …, in words $z = w_1 x_1 + b$.

A section is asked for by its heading. What is between {{ and }} is a formula (`nnlab.lessons.facts`), after a colon how it is written.
A script, HTML and addresses to load are refused: nothing in a text is executed and nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from nnlab.lessons.facts import Names, refusal
from nnlab.lessons.problem import LessonProblem

MOST_TEXT = 200_000  # characters of a file
_HEADING = re.compile(r"^##\s+(?P<name>.+?)\s*#*\s*$")
NUMBER = re.compile(r"\{\{\s*(?P<formula>.+?)\s*(?::\s*(?P<form>\.\d[feg%]))?\s*\}\}")
FORMULA = re.compile(r"(?<![\\$])\$(?!\s)(?P<latex>[^$\n]+?)(?<!\s)\$(?!\$)")
_ADDRESS = re.compile(r"^(?:[A-Za-z][A-Za-z0-9+.\-]*:|//|/|\\)")
INTERNAL = ("lesson:", "glossary:", "example:", "workspace:")  # links that lead to another place of the window
PICTURES = (".png", ".jpg", ".jpeg", ".svg")


class _Parser(MarkdownIt):
    """Takes every address for one: what Markdown would leave as plain text is to be named."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 (the library's name)
        return True


def sections(text: str) -> dict[str, tuple[int, str]]:
    """Line (from 1) and text of every section by its heading; what stands before the first is ""."""
    found: dict[str, tuple[int, list[str]]] = {"": (1, [])}
    name = ""
    is_code = False
    for number, line in enumerate(text.splitlines(), 1):
        is_code ^= line.lstrip().startswith("```")
        heading = None if is_code else _HEADING.match(line)
        if heading is not None:
            name = heading["name"]
            found[name] = (number + 1, [])
        else:
            found[name][1].append(line)
    return {key: (line, "\n".join(lines).strip("\n")) for key, (line, lines) in found.items()}


def filled(text: str, write: Callable[[str, str], str]) -> str:
    """The text with its numbers written by `write(formula, form)`."""
    return NUMBER.sub(lambda found: write(found["formula"], found["form"] or ""), text)


def text_problems(file: str, text: str, folder: Path, names: Names) -> Iterator[LessonProblem]:
    """What is wrong in a Markdown file."""
    lines = text.splitlines()
    if len(text) > MOST_TEXT:
        yield LessonProblem(file, 1, 1, f"The text has {len(text):,} characters; a lesson's text has at most {MOST_TEXT:,}.")
        return
    parser = _Parser("commonmark")
    for token, line in _tokens(parser.parse(text)):
        sentence, part = _fault(token, folder)
        if sentence:
            row, column = _find(lines, line, part)
            yield LessonProblem(file, row, column, sentence)
    for number, line_text in enumerate(lines, 1):
        yield from _line_problems(file, number, line_text, names)


def _line_problems(file: str, number: int, line: str, names: Names) -> Iterator[LessonProblem]:
    for found in NUMBER.finditer(line):
        reason = refusal(found["formula"], names)
        if reason:
            yield LessonProblem(file, number, found.start("formula") + 1, f"The formula {found['formula']!r} is refused: {reason}")
    for found in FORMULA.finditer(NUMBER.sub("0", line)):
        reason = _latex_fault(found["latex"])
        if reason:
            yield LessonProblem(file, number, line.find("$") + 1, f"The formula ${found['latex']}$ cannot be typeset: {reason}.")


def _latex_fault(latex: str) -> str:
    from ziamath.tex import tex2mml

    try:
        tex2mml(latex)
    except Exception as error:  # the parser raises a dozen kinds, some of them KeyError and IndexError
        return str(error) or type(error).__name__
    return ""


def _tokens(tokens: list[Token], line: int = 0) -> Iterator[tuple[Token, int]]:
    """Every token, those within lines too, with its line (from 0)."""
    for token in tokens:
        here = token.map[0] if token.map else line
        yield token, here
        if token.children:
            yield from _tokens(token.children, here)


def _fault(token: Token, folder: Path) -> tuple[str, str]:
    """What is wrong with a token, empty when nothing is, and the part of the text by which its place is found."""
    if token.type in ("html_block", "html_inline"):
        kind = "A script" if "<script" in token.content.lower() else "HTML"
        return f"{kind} is not allowed in a lesson's text; write Markdown.", token.content.strip().split("\n")[0]
    if token.type == "link_open":
        address = str(token.attrGet("href") or "")
        if not address.startswith(INTERNAL):
            words = ", ".join(INTERNAL)
            return f"The link {address!r} leads out of the window; nothing is loaded from elsewhere. Links begin with {words}.", address
    if token.type == "image":
        source = str(token.attrGet("src") or "")
        return _picture_fault(source, folder), source
    return "", ""


def _picture_fault(source: str, folder: Path) -> str:
    if _ADDRESS.match(source) or ".." in Path(source).parts:
        return f"The picture {source!r} is not in the lesson's folder; nothing is loaded from elsewhere."
    if not source.lower().endswith(PICTURES):
        return f"The picture {source!r} is of a kind that is not shown; use {', '.join(PICTURES)}."
    if not (folder / source).is_file():
        return f"The picture {source!r} is missing in the lesson's folder."
    return ""


def _find(lines: list[str], line: int, part: str) -> tuple[int, int]:
    """Line and column (from 1) of a part of the text, at or after a line (from 0)."""
    for number in range(line, len(lines)):
        column = lines[number].find(part)
        if part and column >= 0:
            return number + 1, column + 1
    return line + 1, 1


def texts_of(folder: Path) -> Mapping[str, str]:
    """The Markdown files of a lesson's folder by name. Raises OSError and UnicodeDecodeError."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.md"))}
