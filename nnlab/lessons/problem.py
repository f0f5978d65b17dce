"""What is wrong in a lesson: file, line, column, one sentence."""

from __future__ import annotations

from dataclasses import dataclass

from nnlab.core.errors import NNLabError


@dataclass(frozen=True, order=True)
class LessonProblem:
    """`line` and `column` count from 1."""

    file: str
    line: int
    column: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.sentence}"


class LessonError(NNLabError):
    """A lesson that cannot be used; the text names the first problem, `problems` holds all."""

    def __init__(self, problems: tuple[LessonProblem, ...]) -> None:
        more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(f"{problems[0]}{more}")
        self.problems = problems
