"""What every action of the window does, and which sentences of its parts come into its message bar.

The window puts its parts together; here every action gets its handler, and signals their slots. A new action is an entry in
`actions.ACTIONS` and a line here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QMessageBox

import nnlab
from nnlab.core.errors import FileError, NNLabError
from nnlab.engine.breakpoint import Breakpoint
from nnlab.training.batch_sizes import batch_size_comparison
from nnlab.training.difference import SEED_KEY, Difference
from nnlab.training.runs import MOST_RUNS
from nnlab.training.varied import varied
from nnlab.ui.canvas.commands.breakpoints import NOTHING_SELECTED
from nnlab.ui.document.comparison_edits import set_comparison
from nnlab.ui.look.png import write_png
from nnlab.ui.panels.base import LivePanel
from nnlab.ui.run.recording import Recording, ask_and_record
from nnlab.ui.stepper.slow_motion import BACKWARDS, FORWARDS
from nnlab.ui.window.data_notes import DataNotes
from nnlab.ui.window.main_window import MainWindow
from nnlab.ui.window.menus import examples_menu
from nnlab.ui.window.synonyms import give_synonyms
from nnlab.ui.workspaces import stepping_workspace

if TYPE_CHECKING:  # a panel is imported when it is first made
    from nnlab.ui.panels.breakpoints import BreakpointsPanel
    from nnlab.ui.panels.data import DataPanel
    from nnlab.ui.panels.neuron import NeuronPanel
    from nnlab.ui.panels.prediction import PredictionPanel
    from nnlab.ui.panels.rate_finder import RateFinderPanel
    from nnlab.ui.panels.width_sweep import WidthSweepPanel

Handler = Callable[[], object]


def connect_actions(window: MainWindow) -> None:
    """Joins every action to what it does."""
    examples = examples_menu(window)
    handlers = {
        **_of_documents(window), **_of_training(window), **_of_steps(window), **_of_comparisons(window), **_of_the_view(window, examples),
    }  # fmt: skip
    for action_id, run in handlers.items():
        window.actions_by_id[action_id].triggered.connect(lambda checked=False, run=run: run())
    window.canvas.hint.set_starts([window.actions_by_id["file.template"], examples, window.actions_by_id["file.open"]])
    window.area.shown_changed.connect(window.panels.look_again)
    _connect_buttons(window, handlers)


def _of_documents(window: MainWindow) -> dict[str, Handler]:
    """Files, the network and its nodes."""
    files, networks, inspector, document = window.files, window.networks, window.inspector, window.document
    return {
        "file.new": files.new, "file.open": files.open, "file.open_images": files.open_images,
        "file.save": files.save, "file.save_as": files.save_as,
        "file.recover": window.recovery_bar.recover_newest, "file.clear_recent": files.clear_recent,
        "file.template": networks.new_from_template, "file.picture": lambda: save_picture(window), "file.quit": window.close,
        "file.import": window.exchange.import_file, "file.export": window.exchange.export,
        "file.predict_values": window.exchange.predict_values, "file.predict": window.exchange.predict,
        "file.report": window.exchange.report, "file.record": lambda: record_animation(window),
        "edit.undo": document.undo, "edit.redo": document.redo, "edit.history": lambda: reveal(window, "history"),
        "edit.copy_network": networks.copy_network, "edit.paste_network": networks.paste_network,
        "edit.copy_link": networks.copy_link, "edit.copy_playground": networks.copy_playground,
        "node.edit_weights": lambda: reveal(window, "weights"), "node.reinitialise": inspector.reinitialise,
        "node.freeze": inspector.toggle_frozen,
        "lora.attach": window.adapters.open_attach, "lora.detach": window.adapters.detach,
        "lora.merge": window.adapters.merge, "lora.unmerge": window.adapters.unmerge,
        "lora.load": window.adapters.load, "lora.save": window.adapters.save,
    }  # fmt: skip


def _of_training(window: MainWindow) -> dict[str, Handler]:
    """The run, its past, and the data it learns from."""
    session = window.session
    return {
        "run.play": session.toggle, "run.full_speed": window.transport.toggle_full_speed,
        "run.settings": lambda: window.area.reveal("training"), "run.data": lambda: window.area.reveal("data"),
        "run.test": lambda: evaluate_on_test(window),
        "run.step_iteration": session.step_iteration, "run.step_epoch": session.step_epoch,
        "run.back_to": lambda: window.transport.bar.time.setFocus(Qt.FocusReason.ShortcutFocusReason),
        "run.iteration_back": lambda: session.back_to(session.iteration - 1),
        "run.iteration_forward": lambda: session.back_to(session.iteration + 1), "run.to_latest": lambda: session.back_to(session.latest),
        "run.branch": lambda: branch(window), "run.branches": lambda: reveal(window, "branches"),
        "run.rewind": session.rewind, "run.dice": session.dice,
        "run.cost": lambda: reveal(window, "cost"), "run.jobs": window.running_jobs.open_list,
        "data.samples": lambda: reveal(window, "samples"),
        "data.next_wrong": lambda: go_through_mistakes(window, True),
        "data.previous_wrong": lambda: go_through_mistakes(window, False),
    }  # fmt: skip


def _of_comparisons(window: MainWindow) -> dict[str, Handler]:
    """Several runs: beside each other, or one after the other in a sweep."""
    return {
        "run.sweep": lambda: reveal(window, "sweep"), "run.find_rate": lambda: find_rate(window),
        "run.add_seed": lambda: add_seed(window), "run.batch_sizes": lambda: compare_batch_sizes(window),
        "run.remove_runs": lambda: set_comparison(window.document, ()),
        "approximate.sweep": lambda: sweep_widths(window),
        "compare.add_run": lambda: add_run(window), "compare.seeds": lambda: window.comparison.repeat(),
        "compare.wrong_start": lambda: wrong_start(window),
    }  # fmt: skip


def _of_steps(window: MainWindow) -> dict[str, Handler]:
    """The stepper, and what stops there."""
    stepper = window.stepper
    return {
        "step.over": lambda: step(window, stepper.over), "step.into": lambda: step(window, stepper.into),
        "step.out": lambda: step(window, stepper.out), "step.back": lambda: step(window, stepper.back),
        "step.finish": lambda: step(window, stepper.finish), "step.check_all": stepper.side.check.check_all,
        "step.predict": lambda: step(window, stepper.header.predict_button.toggle),
        "step.neuron": lambda: open_neuron(window),
        "step.copy_moments": stepper.exports.copy_moments, "step.save_moments": stepper.exports.save_moments,
        "step.next_phase": lambda: step(window, stepper.next_phase), "step.to_breakpoint": lambda: step(window, stepper.to_breakpoint),
        "step.breakpoint": lambda: set_breakpoint(window), "step.breakpoints": lambda: reveal(window, "breakpoints"),
        "step.slow": lambda: step(window, lambda: stepper.motion.toggle(FORWARDS)),
        "step.slow_back": lambda: step(window, lambda: stepper.motion.toggle(BACKWARDS)),
        "step.watches": lambda: reveal(window, "watches"),
        "step.chain": lambda: step(window, lambda: window.area.reveal("chain")),
    }  # fmt: skip


def _of_the_view(window: MainWindow, examples: QMenu) -> dict[str, Handler]:
    """How the window looks, and its help."""
    return {
        "view.theme": window.toggle_theme, "view.larger": lambda: window.scale(1), "view.smaller": lambda: window.scale(-1),
        "view.reset_layout": window.area.reset, "view.commands": lambda: open_commands(window, examples),
        "view.next_region": lambda: window.regions.go(1), "view.previous_region": lambda: window.regions.go(-1),
        "help.shortcuts": lambda: window.shortcuts.open_sheet(window.all_actions()), "help.about": lambda: about(window),
    }  # fmt: skip


def _connect_buttons(window: MainWindow, handlers: Mapping[str, Handler]) -> None:
    """What stands on the parts of the window and does the same as an action, or opens another part."""
    of_nodes = ("node.edit_weights", "node.freeze", "node.reinitialise", "lora.attach", "lora.detach")
    window.canvas.set_node_actions([window.actions_by_id[name] for name in of_nodes])
    window.top_bar.commands_requested.connect(handlers["view.commands"])
    window.top_bar.theme_requested.connect(window.toggle_theme)
    window.palette_list.chosen.connect(window.canvas.add_operator)
    canvas, session = window.canvas, window.session
    canvas.needs_changed.connect(lambda: session.watch(canvas, canvas.tensors))
    session.watch(canvas, canvas.tensors)
    window.inspector.change_data_requested.connect(lambda: window.area.reveal("data"))
    window.inspector.edit_weights_requested.connect(handlers["node.edit_weights"])
    window.inspector.attach_requested.connect(handlers["lora.attach"])
    window.inspector.detach_requested.connect(handlers["lora.detach"])
    window.stepper.header.neuron_button.clicked.connect(handlers["step.neuron"])
    for name, signal, run in (
        ("neuron", "network_wanted", lambda: window.show_workspace("step")),
        ("training", "finder_wanted", handlers["run.find_rate"]),
        ("cost", "costs_changed", window.canvas.set_costs),
        ("problems", "node_wanted", window.canvas.reveal),
        ("diagnosis", "node_wanted", window.canvas.reveal), ("diagnosis", "marked", window.canvas.set_finding),
        ("watches", "condition_wanted", lambda text: begin_condition(window, text)),
        ("loss", "diagnosis_wanted", lambda: window.area.reveal("diagnosis")),
    ):
        window.panels.when_made(name, partial(_connect_signal, signal=signal, run=run))


def _connect_signal(panel: LivePanel, signal: str, run: Callable[..., object]) -> None:
    """Joins a signal that panels of this kind alone have."""
    getattr(panel, signal).connect(run)


def connect_messages(window: MainWindow) -> None:
    """Joins what the parts have to say to the message bar. A sentence takes the place of the last one with its key."""
    bar = window.message_bar
    for signal, show, key in (
        (window.canvas.refused, bar.show_warning, "refused"),
        (window.inspector.refused, bar.show_warning, "refused"),
        (window.canvas.noted, bar.show_info, "refused"),
        (window.files.failed, bar.show_error, "file"),
        (window.files.told, bar.show_warning, "told"),
        (window.autosave.failed, bar.show_warning, "autosave"),
        (window.exchange.failed, bar.show_error, "exchange"),
        (window.exchange.told, bar.show_info, "exchange"),
        (window.networks.failed, bar.show_error, "network"),
        (window.networks.told, bar.show_info, "network"),
        (window.adapters.failed, bar.show_warning, "adapters"),
        (window.session.debugging.stopped, bar.show_info, "stopped"), (window.session.noticed, bar.show_info, "branch"),
        (window.adapters.told, bar.show_info, "adapters"),
        (window.runs.refused, bar.show_warning, "runs"),
        (window.stepper.watches.refused, bar.show_warning, "refused"),
        (window.stepper.prediction.told, bar.show_info, "moments"),
        (window.stepper.prediction.failed, bar.show_warning, "moments"),
        (window.stepper.edits.refused, bar.show_warning, "refused"),
        (window.stepper.exports.told, bar.show_info, "moments"),
        (window.stepper.exports.failed, bar.show_warning, "moments"),
        (window.stepper.side.check.told, bar.show_info, "gradients"),
        (window.stepper.side.check.warned, bar.show_warning, "gradients"),
    ):
        signal.connect(lambda text, show=show, key=key: show(text, key=key))
    DataNotes(window.document, window.session, window).told.connect(lambda text: bar.show_info(text, key="data"))
    recording = window.services.shared(Recording)
    recording.told.connect(lambda text: bar.show_info(text, key="recording"))
    recording.failed.connect(lambda text: bar.show_warning(text, key="recording"))
    action = window.actions_by_id["file.record"]
    recording.changed.connect(lambda: action.setChecked(recording.is_recording))
    for name, key in (("neuron", "refused"), ("neuron_matrix", "refused"), ("branches", "branch")):
        window.panels.when_made(name, partial(_connect_signal, signal="refused", run=partial(bar.show_warning, key=key)))
    window.stepper.term_changed.connect(window.canvas.set_term)
    window.session.past.offers.made.connect(partial(bar.show_warning, key="branches"))
    window.adapters.lost.connect(lambda text: bar.show_warning(text, "Undo", window.document.undo, key="adapters"))
    window.files.saved.connect(lambda: bar.take_back("file"))
    window.autosave.succeeded.connect(lambda: bar.take_back("autosave"))

    def show_left_out(sentence: str) -> None:
        bar.show_warning(sentence, key="comparison") if sentence else bar.take_back("comparison")

    window.session.left_out.connect(show_left_out)

    def show_failure(key: str) -> Callable[[str, str], None]:
        def show(message: str, detail: str) -> None:
            copy = (lambda: QApplication.clipboard().setText(detail)) if detail else None
            bar.show_error(message, "Copy details" if detail else "", copy, key=key)

        return show

    window.session.failed.connect(show_failure("training"))
    window.session.jobs.failed.connect(show_failure("job"))


def add_seed(window: MainWindow) -> None:
    """Another run from the next seed that none has, shown where runs are compared."""
    session, project = window.session, window.document.project
    other = next((difference for difference in project.comparison if difference.key != SEED_KEY), None)
    if other is not None:
        sentence = f"The runs beside this one differ in {other.key}, not in the seed; end the comparison first."
        window.message_bar.show_warning(sentence, key="refused")
        return
    taken = {companion.project.training.seed for companion in session.companions.values()}
    seeds = (Difference(SEED_KEY, f"+{distance}") for distance in range(1, MOST_RUNS + 1))
    following = next(seed for seed in seeds if varied(project, seed).training.seed not in taken)
    set_comparison(window.document, (*project.comparison, following))
    window.area.reveal("loss")


def compare_batch_sizes(window: MainWindow) -> None:
    """Batch 1, a mini-batch and the full batch from the start, in lock-step, shown where the loss is."""
    data = window.session.data
    try:
        found = batch_size_comparison(window.document.project, len(data.x) if data is not None else 0)
    except NNLabError as error:
        window.message_bar.show_warning(str(error), key="refused")
        return
    set_comparison(window.document, found, begins_anew=True)
    window.area.reveal("loss")


def sweep_widths(window: MainWindow) -> None:
    """Error against width, begun or gone on with where it is shown."""
    window.show_workspace("approximate")
    panel = cast("WidthSweepPanel", window.panels["width_sweep"])
    refusal = panel.start_sweep()
    if refusal:
        window.message_bar.show_warning(refusal, key="refused")


def add_run(window: MainWindow) -> None:
    """Another variant, shown where runs are compared."""
    window.show_workspace("compare")
    window.comparison.add_run()


def wrong_start(window: MainWindow) -> None:
    """The other start, shown where runs are compared."""
    window.show_workspace("compare")
    window.comparison.start.toggle()


def step(window: MainWindow, run: Handler) -> None:
    """A step of the stepper, shown where it can be followed."""
    if window.area.workspace is None or not window.area.workspace.follows_steps:
        window.show_workspace(stepping_workspace().name)
    run()


def set_breakpoint(window: MainWindow) -> None:
    """At the node that is selected, else at the operation that the stepper shows; or the one that is there is taken away."""
    current, shown = window.selection.current, window.stepper.place()
    if current is not None:
        window.canvas.breakpoints.toggle(Breakpoint(current))
    elif shown is not None:
        window.canvas.breakpoints.toggle(shown)
    else:
        window.message_bar.show_info(NOTHING_SELECTED, key="refused")


def open_neuron(window: MainWindow) -> None:
    """The laboratory on the neuron that is explained in Step, or on the selected layer."""
    panel, found, selected = cast("NeuronPanel", window.panels["neuron"]), window.stepper.model.neuron, window.selection.current
    if found is not None:
        panel.lab.take_from(*found)
    elif selected is not None and selected in panel.lab.layers:
        panel.lab.take_from(selected)
    window.show_workspace("neuron")


def begin_condition(window: MainWindow, formula: str) -> None:
    """A condition over a formula, begun where one completes it."""
    reveal(window, "breakpoints")
    panel = cast("BreakpointsPanel", window.panels["breakpoints"])
    panel.begin_condition(formula)


def reveal(window: MainWindow, panel: str) -> None:
    """Brings a panel to the front and the focus into it."""
    window.area.reveal(panel)
    window.panels[panel].setFocus(Qt.FocusReason.ShortcutFocusReason)


def go_through_mistakes(window: MainWindow, forward: bool) -> None:
    """The next misclassified sample, or the one before, shown where predictions are."""
    panel = cast("PredictionPanel", window.panels["prediction"])
    if not panel.is_shown:
        window.area.reveal("prediction")
    refusal = panel.go_through_mistakes(forward)
    if refusal:
        window.message_bar.show_info(refusal, key="refused")


def find_rate(window: MainWindow) -> None:
    """The learning-rate finder, which begins at once."""
    panel = cast("RateFinderPanel", window.panels["rate_finder"])
    reveal(window, "rate_finder")
    panel.find_rate()


def evaluate_on_test(window: MainWindow) -> None:
    """Asks the test part, whose answer stands in the data panel."""
    panel = cast("DataPanel", window.panels["data"])
    window.area.reveal("data")
    panel.evaluate_on_test()


def open_commands(window: MainWindow, examples: QMenu) -> None:
    actions = [*window.all_actions(), *examples.actions(), *window.lessons.term_actions]
    give_synonyms(actions)
    window.commands.set_actions(actions)
    window.commands.open_palette()


def save_picture(window: MainWindow) -> None:
    """The window as it is, as a PNG."""
    name, _ = QFileDialog.getSaveFileName(window, "Save picture", f"{window.document.name}.png", "Pictures (*.png)")
    if not name:
        return
    try:
        write_png(Path(name), window.grab())
    except FileError as error:
        window.message_bar.show_error(str(error), key="file")


def branch(window: MainWindow) -> None:
    """Goes on from here as a new run, and says what became of the other."""
    try:
        window.session.past.branch()
    except NNLabError as error:
        window.message_bar.show_warning(str(error), key="branch")


def record_animation(window: MainWindow) -> None:
    """The window as an animation; while one is recorded, its end."""
    recording = window.services.shared(Recording)
    if recording.is_recording:
        recording.stop()
    else:
        ask_and_record(recording, window, window.document.name)
    window.actions_by_id["file.record"].setChecked(recording.is_recording)


def about(window: MainWindow) -> None:
    QMessageBox.about(window, "NN Lab", f"NN Lab {nnlab.__version__}\nA laboratory for neural networks. MIT licence.")
