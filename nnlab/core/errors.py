"""What may go wrong, each with one clear sentence: what, where, what to do.

Every error a user can cause derives from `NNLabError`. The command line prints its text as one
line on stderr, the window shows it in its message bar; neither prints a traceback for it.

A sentence quotes what a person wrote, and that may be of any length. It is shortened here and nowhere else: first what is quoted, then
words without a blank (a path), at last the middle, so that what is wrong and what to do remain.
"""

import re

LONGEST = 300  # characters of a sentence
_LONG_PART = 60  # of what is quoted in one that would be longer
_PARTS = re.compile(r"""'[^']*'|"[^"]*"|`[^`]*`|[^\s'"`]+""")
_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")  # would make two lines of one


def bounded(text: str) -> str:
    """`text` as one line of at most `LONGEST` characters."""
    text = _BREAKS.sub(" ", text)
    if len(text) <= LONGEST:
        return text
    text = _PARTS.sub(lambda part: _cut(part[0], _LONG_PART), text)
    return _cut(text, LONGEST)


def _cut(text: str, most: int) -> str:
    """`text` without its middle if it is longer; quotation marks at both ends stay."""
    if len(text) <= most:
        return text
    end = (most - 1) // 2
    return f"{text[: most - 1 - end]}…{text[-end:]}"


def shown(value: object) -> str:
    """A value that a person gave, as a sentence quotes it; its type where it cannot be written."""
    try:
        if getattr(value, "ndim", None) == 0:  # a NumPy scalar as the number it is: 2 and not np.int64(2)
            value = value.item()  # type: ignore[attr-defined]
        elif getattr(value, "ndim", None):
            return f"an array of shape {value.shape}"  # type: ignore[attr-defined]
        return _cut(_BREAKS.sub(" ", repr(value)), _LONG_PART)
    except Exception:  # whatever another class's __repr__ raises; a whole number of more than 4,300 digits raises ValueError
        return f"a {type(value).__name__}"


class NNLabError(Exception):
    """An error whose text is written for the user: what is wrong, where, and what to do."""

    def __init__(self, message: object = "") -> None:
        super().__init__(bounded(str(message)))


class GraphError(NNLabError):
    """A graph that cannot be built, edited or run; `node_id` names the node at fault, if there is one."""

    def __init__(self, message: str, node_id: str | None = None) -> None:
        super().__init__(message)
        self.node_id = node_id


class SettingError(NNLabError):
    """A setting with an unknown name, of the wrong type, or out of its range."""


class DataError(NNLabError):
    """Samples that cannot be read or used: a ragged file, a missing number, a wrong shape."""


class FormulaError(DataError):
    """A typed formula that cannot be understood or is not allowed."""


class FileError(NNLabError):
    """A file that cannot be read or written."""


class WriteError(FileError):
    """A file that could not be written for a reason outside the program: a full disk, a folder that is read-only."""


class TrainingError(NNLabError):
    """A training run that could not go on; names the step, the node and the tensor where it can."""
