"""Laboratory: which neuron is looked at, on which sample, and what changing one of its numbers means.

It is either a neuron of the project, whose weights are then set in the project (undoable, seen everywhere) and whose inputs are the data's,
or a neuron of its own, which belongs to nobody and is there to play with.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, Signal

from nnlab.core.errors import NNLabError
from nnlab.engine.frame import OUTPUTS
from nnlab.graph import docking, edits
from nnlab.graph.graph import Graph
from nnlab.graph.validation import DataShape, validate
from nnlab.studies.neuron import NONE, Activated, LayerKernels, NeuronSum, activated
from nnlab.ui.document.document import Document
from nnlab.ui.neuron import numbers as own
from nnlab.ui.neuron.numbers import FIRST, MOST_SAMPLES, MOST_UNITS, LayerNumbers
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.run.sample_edits import set_number
from nnlab.ui.run.session import LiveSession
from nnlab.ui.run.weight_edits import set_entries

SECONDS = 0.05
OWN = ""  # the source that is no layer
MOST_INPUTS = 8  # that stand in rows of their own
SHOWN_SAMPLES = 6  # of a batch
ACTIVATIONS = (NONE, "relu", "sigmoid", "tanh")


class Laboratory(QObject):
    """`changed` when any number is another; `refused(sentence)` for a number that cannot be."""

    changed = Signal()
    refused = Signal(str)

    def __init__(self, document: Document, session: LiveSession) -> None:
        super().__init__()
        self._document, self._session = document, session
        self._own = FIRST
        self._kernels = LayerKernels()
        self._source: str | None = None  # None: nobody has chosen; then the project's first layer, or own numbers
        self._unit = self._sample = 0
        self._samples = 1  # so many are shown
        self._tried: dict[tuple[int, int], float] = {}  # inputs of a hidden layer that were set to see what would come of it
        self._known: LayerNumbers | None = None
        self._read = 0.0  # when they were read last while training ran
        for signal in (document.changed, document.data_changed, document.replaced, document.settled):
            signal.connect(self._follow)
        session.ticked.connect(self._on_tick)

    def watch(self, is_seen: bool) -> None:
        """What a hidden layer reads has to be in the frames while somebody looks."""
        self._session.watch(self, (OUTPUTS,) if is_seen else ())

    # The source

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers of the project that are made of neurons as this one."""
        graph, frame = self._document.graph, self._session.frame
        if frame is None:
            return ()
        places = frame.program.places
        return tuple(
            node.id for node in graph.nodes
            if node.kind.is_affine and f"{node.id}.weight" in places and len(places[f"{node.id}.y"].shape) == 1
        )  # fmt: skip

    def units_of(self, source: str) -> int:
        frame = self._session.frame
        return frame.program.places[f"{source}.weight"].shape[0] if frame is not None else 0

    @property
    def source(self) -> str:
        """The layer that is looked at; OWN for own numbers."""
        layers = self.layers
        if self._source is None or (self._source != OWN and self._source not in layers):
            return layers[0] if layers else OWN
        return self._source

    def take_from(self, source: str, unit: int = 0) -> None:
        """Looks at a neuron of another layer, or at own numbers."""
        if (source, unit) != (self.source, self.unit) or self._source is None:
            self._source, self._unit, self._tried = source, unit, {}
            self._follow()

    @property
    def numbers(self) -> LayerNumbers:
        """Of all neurons that are shown, on all samples that are."""
        if self._known is None:
            self._known = (self._of_layer(self.source) if self.source != OWN else None) or self._own
        return self._known

    @property
    def unit(self) -> int:
        return min(self._unit, len(self.numbers.weight) - 1)

    @property
    def sample(self) -> int:
        return min(self._sample, len(self.numbers.x) - 1)

    def choose(self, unit: int | None = None, sample: int | None = None) -> None:
        self._unit = self._unit if unit is None else unit
        self._sample = self._sample if sample is None else sample
        self.changed.emit()

    def reset(self) -> None:
        """Own numbers as they were; of a project's neuron the inputs that were tried are the data's again."""
        self._tried, self._samples = {}, 1
        if self.source == OWN:
            self._own = FIRST
        self._unit = self._sample = 0 if self.source == OWN else self._unit
        self._follow()

    # What comes of the numbers

    @property
    def groups(self) -> tuple[tuple[int, ...], ...]:
        """The inputs that have a row each, the largest products where there are too many, and the others as one group."""
        numbers = self.numbers
        inputs = numbers.x.shape[1]
        if inputs <= MOST_INPUTS:
            return tuple((k,) for k in range(inputs))
        sizes = np.abs(numbers.x[self.sample] * numbers.weight[self.unit])  # which are large, not what is shown
        largest = sorted(int(k) for k in np.argsort(-sizes, kind="stable")[: MOST_INPUTS - 2])
        return (*((k,) for k in largest), tuple(k for k in range(inputs) if k not in largest))

    def _kernels_of(self, real: str) -> LayerKernels:
        if self._kernels.real != real:
            self._kernels = LayerKernels(real)
        return self._kernels

    def sum(self) -> NeuronSum:
        n = self.numbers
        return self._kernels_of(n.real).neuron_sum(n.x[self.sample], n.weight[self.unit], float(n.biases[self.unit]), self.groups)

    def z(self) -> np.ndarray:
        """(samples, units)."""
        n = self.numbers
        return self._kernels_of(n.real).layer(n.x, n.weight, n.biases)

    def activations(self, z: float) -> tuple[Activated, ...]:
        """What activations make of z, the neuron's own among them."""
        n = self.numbers
        names = ACTIVATIONS if n.activation in ACTIVATIONS else (*ACTIVATIONS, n.activation)
        return tuple(activated(name, n.settings if name == n.activation else {}, z, n.real) for name in names)

    # Changing a number

    @property
    def inputs_are_tried(self) -> bool:
        """Whether an input that is set stays here, because another layer computes it."""
        return self.source != OWN and self._data_samples(self._document.graph, self.source) is None

    def set_weight(self, place: int, value: float, gesture: str | None = None) -> None:
        """Of the neuron that is looked at; place = number of inputs is the bias."""
        self.set_weight_of(self.unit, place, value, gesture)

    def set_weight_of(self, unit: int, place: int, value: float, gesture: str | None = None) -> None:
        if self.source == OWN:
            self._own = own.with_weight(self._own, unit, place, value)
            self._follow()
            return
        is_bias = place == self.numbers.weight.shape[1]
        name, index = f"{self.source}.{'bias' if is_bias else 'weight'}", (unit,) if is_bias else (unit, place)
        self._try(lambda: set_entries(self._document, self._session, name, {index: value}, gesture))

    def set_input(self, place: int, value: float, gesture: str | None = None) -> None:
        """Of the sample that is looked at."""
        if self.source == OWN:
            self._own = own.with_input(self._own, self.sample, place, value)
        elif (samples := self._data_samples(self._document.graph, self.source)) is not None:
            sample = int(samples[self.sample])
            self._try(lambda: set_number(self._document, self._session, sample, place, value, gesture))
            return
        else:
            self._tried[self.sample, place] = value
        self._follow()

    def set_activation(self, name: str) -> None:
        """What stands behind the sum; in a project another operator on the layer's card."""
        if self.source == OWN:
            self._own = replace(self._own, activation=name, settings={})
            self._follow()
            return
        graph, source = self._document.graph, self.source
        docked = docking.docked(graph, source)

        def edit() -> Graph:
            if docked is not None:
                return edits.bypass_node(graph, docked) if name == NONE else edits.replace_operator(graph, docked, name)
            edge = graph.outgoing(source)[0]
            return edits.insert_on_edge(graph, edge, name, graph[source].position)

        if name != self.numbers.activation and (docked is not None or len(graph.outgoing(source)) == 1):
            self._try(lambda: self._document.apply(f"{name if name != NONE else 'no activation'} behind {source}", edit()))

    def add_neuron(self) -> None:
        """One more row of W; where the network can have none, of a copy of these numbers."""
        if self.source != OWN:
            graph, source, data = self._document.graph, self.source, self._session.data
            units = int(str(graph[source].settings["units"])) + 1  # of the document: its weights come a tick later
            wider = edits.configure(graph, source, units=units)
            shape = DataShape(data.x.shape[1], data.target) if data is not None else None
            if not any(d.is_error for d in validate(wider, shape)):
                self._try(lambda: self._document.apply(f"{units} neurons in {source}", wider))
                return
            self._take_copy(f"{source} has as many neurons as the data has targets")
        if len(self._own.weight) < MOST_UNITS:
            self._own = own.with_neuron(self._own)
            self._unit = len(self._own.weight) - 1
        self._follow()

    def add_sample(self) -> None:
        """One more row of X: the next one of the data, or where there is none a new one in a copy of these numbers."""
        before = len(self.numbers.x)
        if self.source != OWN:
            self._samples = min(self._samples + 1, SHOWN_SAMPLES)
            self._known = None
            if len(self.numbers.x) > before or before >= SHOWN_SAMPLES:
                self.choose(sample=len(self.numbers.x) - 1)
                return
            self._take_copy("The batch has no further sample")
        if len(self._own.x) < MOST_SAMPLES:
            self._own = own.with_sample(self._own)
            self._sample = len(self._own.x) - 1
        self._follow()

    def _take_copy(self, why: str) -> None:
        n = self.numbers
        if n.weight.shape[1] > own.MOST_COPIED or len(n.weight) > MOST_UNITS:
            n = FIRST
        x, weight, bias = (values.astype(np.float64) for values in (n.x, n.weight, n.biases))
        self._own = replace(n, x=x, weight=weight, bias=bias, real="float64")
        self._source, self._tried = OWN, {}
        self.refused.emit(f"{why}, so this goes on with own numbers; the network stays as it is.")

    def _try(self, edit: object) -> None:
        assert callable(edit)
        try:
            edit()
        except NNLabError as error:
            self.refused.emit(str(error))
        self._follow()

    # Reading the project

    def _on_tick(self, view: LiveView) -> None:
        """While training runs the numbers are read at a pace at which one sees them move."""
        now = time.monotonic()
        if not view.playing or now - self._read >= SECONDS:
            self._read = now
            self._follow()

    def _follow(self, _: object = None) -> None:
        self._known = None
        self.changed.emit()

    def _data_samples(self, graph: Graph, source: str) -> np.ndarray | None:
        """The samples of the data (as `Data.x` counts) that the layer reads, of the batch if there is one; None behind a layer."""
        data, frame, edges = self._session.data, self._session.frame, graph.inputs(source) if source in graph else ()
        if data is None or not edges or not graph[edges[0].source].kind.is_input:
            return None
        batch = frame.samples if frame is not None and frame.rows else np.arange(min(len(data.x), SHOWN_SAMPLES))
        return np.asarray(batch[batch < len(data.x)][:SHOWN_SAMPLES])

    def _of_layer(self, source: str) -> LayerNumbers | None:
        frame, data, graph = self._session.frame, self._session.data, self._document.graph
        if frame is None or data is None:
            return None
        weight, edge = frame.get(f"{source}.weight"), graph.inputs(source)[0]
        samples = self._data_samples(graph, source)
        read = frame.get(f"{edge.source}.{edge.source_port}") if samples is None else data.x[samples].astype(frame.program.real)
        if weight is None or read is None or read.ndim != 2 or not len(read) or read.shape[1] != weight.shape[1]:
            return None
        x = read[: self._samples].copy()
        for (row, place), value in self._tried.items():
            if row < len(x) and place < x.shape[1]:
                x[row, place] = value
        docked = docking.docked(graph, source)
        node = graph[docked] if docked is not None else None
        is_known = node is not None and node.kind.is_elementwise and not node.parameters
        return LayerNumbers(
            x, weight.copy(), frame.get(f"{source}.bias"), node.kind.name if node is not None and is_known else NONE,
            dict(node.settings) if node is not None and is_known else {}, frame.program.real, data.features if samples is not None else (),
        )  # fmt: skip
