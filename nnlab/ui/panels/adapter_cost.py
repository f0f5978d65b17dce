"""Cost by rank: numbers that learn, bytes of the optimiser and of the file, counted from programs that are really compiled."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnlab.core.errors import NNLabError
from nnlab.graph.adapters import adapted
from nnlab.graph.graph import Graph
from nnlab.jobs.context import JobContext
from nnlab.studies.lora.measures import adapter_cost, bare, break_even, costs_by_rank, layer_costs, step_seconds
from nnlab.training.settings import TrainingSettings
from nnlab.training.update import update_of
from nnlab.ui.adapters.attach_preview import AttachPreview
from nnlab.ui.look.numbers import number
from nnlab.ui.lora.cost_rows import CostRows, CostTable
from nnlab.ui.lora.shown_adapter import ShownAdapter
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.run.jobs import LiveJob
from nnlab.ui.widgets.label import ElidedLabel
from nnlab.ui.widgets.segmented import Option, Segmented

RANKS = (1, 2, 4, 8, 16, 32)
LAYER, ALL = "layer", "all"
EMPTY = "What an adapter costs at each rank appears here, beside what full fine-tuning costs. Attach an adapter above."


class AdapterCostPanel(LivePanel):
    """One layer or all of the adapter's, a row a rank, and the rank from which on it would cost more than W.

    While an adapter is being chosen it is that one, as it stands in the form.
    """

    name = "adapter_cost"
    title = "Cost by rank"

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, EMPTY, parent)
        theme = services.theme
        self.shown = services.shared(ShownAdapter)
        self._preview = services.shared(AttachPreview)
        self._job: LiveJob | None = None
        self._counted: tuple[object, ...] | None = None
        self.extent = Segmented(
            theme,
            (Option(LAYER, "this layer", "An adapter on the opened layer alone"), Option(ALL, "all its layers", "The adapter as it is")),
            "Which layers are counted",
        )
        self.extent.choose(ALL)
        self.extent.chosen.connect(self.follow)
        self.add_option(self.extent)
        self.rows = CostRows(theme)
        self.words = ElidedLabel(theme, "", "caption", "text2")
        page = QWidget()
        self._column = QVBoxLayout(page)
        self._column.addWidget(self.rows, 1)
        self._column.addWidget(self.words)
        self.set_content(page)
        self.shown.changed.connect(self.follow)
        self._preview.changed.connect(self.follow)
        for signal in (services.document.changed, services.document.training_changed, services.document.replaced):
            signal.connect(self.follow)
        self.apply_metrics()
        self.follow()

    def apply_metrics(self) -> None:
        super().apply_metrics()
        if hasattr(self, "_column"):
            metrics = self._theme.metrics
            self._column.setContentsMargins(0, 0, 0, metrics.px(8))
            self._column.setSpacing(metrics.px(2))
            self.words.setContentsMargins(metrics.padding, 0, metrics.padding, 0)

    def _draw_newest(self) -> None:
        """Becoming visible counts what has changed meanwhile; frames change nothing here."""
        self.follow()

    def follow(self, *_: object) -> None:
        """Counts again, beside the display, when something that counts has changed."""
        training = self._services.document.project.training
        graph, name, layers = self._subject()
        if not name:
            self._counted = None
            self.rows.show_costs(None)
            self.set_empty(EMPTY)
            return
        seen = self._view is not None and self._preview.attempt.graph is None
        wanted = (bare(graph), tuple((one, graph[one].adapter(name)) for one in layers), update_of(training), training.batch_size, seen)
        if not self.isVisible() or self._job is not None or wanted == self._counted:
            return
        self._counted = wanted
        project, data = self._services.document.project, self._view.data if self._view is not None and seen else None

        def work(context: JobContext) -> CostTable:
            table = cost_table(graph, training, name, layers)
            if data is None:
                return table
            try:
                return replace(table, seconds=step_seconds(project, data))
            except NNLabError:  # what cannot be trained costs no time; the problems are told elsewhere
                return table

        self._job = self._services.session.jobs.start("Counting an adapter", work, quiet=True, lane="adapter cost")
        self._job.finished.connect(self._take)
        self._job.failed.connect(self._refuse)
        self._job.ended.connect(self._ended)

    def _subject(self) -> tuple[Graph, str, tuple[str, ...]]:
        """The network, the adapter that is counted ("" for none), and on which of its layers."""
        graph, name, layer = self._services.document.graph, self.shown.name, self.shown.layer
        if self._preview.attempt.graph is not None:
            graph, name = self._preview.attempt.graph, self._preview.attempt.name
            layer = next((one for one in (*self._services.selection.nodes, layer) if one in self._preview.attempt.strands), "")
        layers = adapted(graph).get(name, ())
        return graph, name, layers if self.extent.current == ALL else (layer,) if layer else layers[:1]

    def clear(self) -> None:
        """Costs are of the network, not of a run: they stay where the run goes."""
        self._view = None

    def _take(self, table: CostTable) -> None:
        self.set_empty(None)
        self.rows.show_costs(table)
        full = table.costs[-1]
        now = next((cost for cost in table.costs if cost.rank is not None and cost.rank == table.rank), None)
        share = f"{100 * now.parameters / full.parameters:.3g} % of full; " if now is not None and full.parameters else ""
        dear = f"; from r {table.break_even} on more than W" if table.break_even else ""
        if table.seconds is None:
            self.words.setText(f"{share}r (in + out) each{dear}")
        else:
            own, all_of_it = (f"{number(1e6 * seconds, 3)} µs" for seconds in table.seconds)
            self.words.setText(f"{share}a step {own}, full {all_of_it}")
        self.words.setToolTip("r (in + out) numbers on each layer. A step by the engine's phase times, in turn with full fine-tuning")

    def _refuse(self, sentence: str, detail: str = "") -> None:
        self.set_empty(sentence)

    def _ended(self) -> None:
        self._job = None
        self.follow()

    def table(self) -> ExportTable | None:
        table = self.rows.shown
        if table is None:
            return None
        costs = [cost for cost in table.costs if not cost.problem]
        return ExportTable(
            ("rank", "learn", "optimiser bytes", "file bytes"),
            (["full" if c.rank is None else c.rank for c in costs], [c.parameters for c in costs], [c.optimizer_bytes for c in costs],
             [c.file_bytes for c in costs]),
        )  # fmt: skip

    def picture_widget(self) -> QWidget | None:
        return self.rows


def cost_table(graph: Graph, training: TrainingSettings, name: str, layers: tuple[str, ...]) -> CostTable:
    """Every rank, the present and the break-even one among them. On a layer alone the adapter's other layers do not count."""
    update = update_of(training)
    from_here = break_even(graph, name, layers)
    rank = max(cost.rank for cost in layer_costs(graph, name) if cost.layer in layers)
    dora = any(adapter.dora for layer in layers if (adapter := graph[layer].adapter(name)) is not None)
    costs = list(costs_by_rank(graph, layers, sorted({*RANKS, rank, from_here} - {0}), update, dora=dora))
    if len(layers) == len(adapted(graph)[name]):  # its ranks may differ from layer to layer: what it really is, not one rank everywhere
        try:
            costs = [adapter_cost(graph, name, update) if cost.rank == rank else cost for cost in costs]
        except NNLabError as error:
            costs = [type(cost)(rank, 0, 0, 0, str(error)) if cost.rank == rank else cost for cost in costs]
    return CostTable(tuple(costs), rank, from_here)
