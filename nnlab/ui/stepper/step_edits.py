"""Setting numbers from the stepper: a weight, an input or a target of the moment, typed where it stands.

What was computed before in this iteration was computed with the old number, so the iteration is taken back to its start, the number is set
(one undoable step of the document), and the stepper goes again to where it stood.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Signal

from nnlab.core.errors import NNLabError
from nnlab.core.tensor import Index
from nnlab.ui.document.document import Document
from nnlab.ui.look.numbers import parse_number
from nnlab.ui.run.sample_edits import set_number
from nnlab.ui.run.weight_edits import set_entries
from nnlab.ui.stepper.model import StepModel

NOT_COMPUTED = "Only weights, inputs and targets can be set; this number is computed from them."
MOVED_ON = "This batch is not the one in the window any more; step once and set the number then."


class StepEdits(QObject):
    """`refused(sentence)` for what cannot be set."""

    refused = Signal(str)

    def __init__(self, model: StepModel, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model, self._document = model, document

    def editable(self) -> frozenset[str]:
        """The tensors of the moment, by kernel argument, whose numbers can be set."""
        trace = self._model.trace
        if trace is None:
            return frozenset()
        found = (o for o in trace.instruction.operands if isinstance(trace.after.get(o.argument.name), np.ndarray))
        return frozenset(o.argument.name for o in found if self._kind(o.tensor) is not None)

    def enter(self, argument: str, index: Index, text: str) -> None:
        """A number that was typed for one element of a tensor of the moment."""
        value = parse_number(text)
        if value is None:
            self.refused.emit(f"“{text}” is not a number; type for example 0.25 or −3e−2.")
            return
        try:
            self.set(argument, index, value)
        except NNLabError as error:
            self.refused.emit(str(error))

    def set(self, argument: str, index: Index, value: float) -> None:
        """Raises NNLabError, and nothing has changed, for what cannot be there."""
        model, trace = self._model, self._model.trace
        tensor = next((o.tensor for o in trace.instruction.operands if o.argument.name == argument), None) if trace is not None else None
        kind = self._kind(tensor)
        if trace is None or tensor is None or kind is None:
            raise NNLabError(NOT_COMPUTED)
        session, again = model.session, model.done
        is_complete = again == len(model.instructions)
        if kind == "weight":
            set_entries(self._document, session, tensor, {index: value})
        else:
            sample, column = self._sample(kind, np.asarray(trace.before[argument]), index)
            if not is_complete:
                session.step_to(0)
            set_number(self._document, session, sample, column, value)
        if not is_complete:
            session.step_to(again)

    def _kind(self, tensor: str | None) -> str | None:
        """weight, input or target; None for what is computed."""
        program = self._model.program
        if program is None or tensor is None:
            return None
        if any(info.name == tensor for info in program.parameters):
            return "weight"
        return {program.input_name: "input", program.target_name: "target"}.get(tensor)

    def _sample(self, kind: str, values: np.ndarray, index: Index) -> tuple[int, int]:
        """(sample as `Data.x` counts, column) of an element of the batch; raises NNLabError where the frame is of another batch."""
        data, frame = self._model.session.data, self._model.frame
        if data is None or frame is None or index[0] >= len(frame.samples):
            raise NNLabError(MOVED_ON)
        sample = int(frame.samples[index[0]])
        place = int(np.ravel_multi_index(index[1:], values.shape[1:])) if len(index) > 1 else 0
        of_data = data.x[sample] if kind == "input" else np.ravel(data.y[sample])
        if place >= len(of_data) or values.dtype.type(of_data[place]) != values[index]:
            raise NNLabError(MOVED_ON)
        return sample, place + (data.x.shape[1] if kind == "target" else 0)
