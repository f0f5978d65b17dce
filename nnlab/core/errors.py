"""What may go wrong, each with one clear sentence: what, where, what to do.

Every error a user can cause derives from `NNLabError`. The command line prints its text as one
line on stderr, the window shows it in its message bar; neither prints a traceback for it.
"""


class NNLabError(Exception):
    """An error whose text is written for the user: what is wrong, where, and what to do."""


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
