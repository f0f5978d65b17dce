"""Every action of the window: one table of ids, words, icons and shortcuts, from which the QActions are made.

The id is the action's object name: by it scripts, tests, menus, buttons and the command palette find the action. What an action
does is connected where the doer lives (`MainWindow`).
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from nnlab.ui.look.icons import icon
from nnlab.ui.look.theme import Theme


@dataclass(frozen=True)
class Action:
    """`menu` is where the action stands; one without a menu is reached by its button, its key or the command palette."""

    id: str
    text: str
    tip: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    on: str = ""  # icon while checked
    checkable: bool = False
    menu: str = ""


ACTIONS = (
    Action("file.new", "&New", "Starts an empty project", ("Ctrl+N",), "new", menu="File"),
    Action("file.template", "New from &template…", "Starts from a standard network, or from a line such as 2-8-8-1 tanh",
           ("Ctrl+Shift+N",), "template", menu="File"),
    Action("file.open", "&Open…", "Opens a project (.nnlab), a graph, a table (CSV, Excel, Parquet) or IDX images", ("Ctrl+O",), "open",
           menu="File"),
    Action("file.open_images", "Open i&mages…", "Opens a folder that holds a folder of PNG or JPEG images for each class", menu="File"),
    Action("file.save", "&Save", "Saves the project to its file", ("Ctrl+S",), "save", menu="File"),
    Action("file.save_as", "Save &as…", "Saves the project to another file", ("Ctrl+Shift+S",), menu="File"),
    Action("file.import", "&Import…", "Brings in a network from ONNX, weights from safetensors, or a table", menu="File"),
    Action("file.export", "&Export…", "Writes the network for other programs: ONNX, PyTorch, NumPy, safetensors, CSV", menu="File"),
    Action("file.predict_values", "Predict &values…", "Opens a page with a field for every column, and what the network says", menu="File"),
    Action("file.predict", "Pre&dict a table…", "Writes what the network says of every row of a table", menu="File"),
    Action("file.report", "Re&port…", "Writes one page about data, network, curves and scores that opens offline", menu="File"),
    Action("lora.load", "&Load adapter…", "Attaches an adapter from its folder, as Hugging Face PEFT writes it", menu="File"),
    Action("lora.save", "Save ad&apter…", "Writes an adapter as a folder that Hugging Face PEFT reads", menu="File"),
    Action("file.picture", "Save &picture…", "Saves a picture of the window as PNG", ("Ctrl+Shift+P",), "export", menu="File"),
    Action("file.record", "Record animation…", "Records the window as GIF or WebP, at most a minute; again: stops and writes it", (),
           "record", checkable=True, menu="File"),
    Action("file.recover", "&Recover unsaved work", "Opens the latest unsaved work of a window that did not close normally", menu="File"),
    Action("file.clear_recent", "&Clear recent files", "Clears the list of recent files; the files stay"),
    Action("file.quit", "&Quit", "Closes NN Lab", ("Ctrl+Q",), menu="File"),
    Action("edit.undo", "&Undo", "Undoes the last change", ("Ctrl+Z",), "undo", menu="Edit"),
    Action("edit.redo", "&Redo", "Repeats the undone change", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo", menu="Edit"),
    Action("edit.history", "&History", "Lists every change by name, to go back to one", ("Ctrl+H",), "history", menu="Edit"),
    Action("edit.copy_network", "Copy network as text", "Copies the network to the clipboard", ("Ctrl+Shift+C",), "copy", menu="Edit"),
    Action("edit.paste_network", "Paste network", "Opens the link on the clipboard, or replaces the network: a text, 2-8-8-1 tanh",
           ("Ctrl+Shift+V",), menu="Edit"),
    Action("edit.copy_link", "Copy as link", "Copies a line of text that opens this project at this iteration in NN Lab (paste it there)",
           ("Ctrl+Alt+C",), "connect", menu="Edit"),
    Action("edit.copy_playground", "Copy as Playground address", "Copies an address that opens this network in TensorFlow Playground",
           menu="Edit"),
    Action("node.edit_weights", "Edit weights…", "Opens the table of the selected layer's weights", ("Ctrl+Shift+W",), menu="Node"),
    Action("node.reinitialise", "Re-initialise", "Draws new weights for the selected nodes; others stay", ("Ctrl+Shift+R",), menu="Node"),
    Action("node.freeze", "Freeze or unfreeze", "Training does not change the weights of a frozen layer", ("Ctrl+Shift+F",), "frozen",
           menu="Node"),
    Action("lora.attach", "Attach adapter…", "Freezes the network and attaches a low-rank adapter (LoRA) to layers", ("Ctrl+L",), "plus",
           menu="Node"),
    Action("lora.detach", "Detach adapter", "Takes the adapters off the selected layers; the base stays as it is", menu="Node"),
    Action("lora.merge", "Merge adapter", "Puts an adapter's update into the weights of its layers; W₀ is kept and comes back bit for bit",
           menu="Node"),
    Action("lora.unmerge", "Unmerge adapter", "Computes an adapter's update beside W₀ again", menu="Node"),
    Action("run.play", "Play", "Trains until you pause", ("Space",), "play", "pause", checkable=True, menu="Run"),
    Action("run.full_speed", "Full speed", "Trains as fast as this machine can; again, at the speed before", ("Shift+Space",),
           checkable=True, menu="Run"),
    Action("run.step_iteration", "One iteration", "Trains on one batch", ("Ctrl+Right",), "step", menu="Run"),
    Action("run.step_epoch", "One epoch", "Trains to the end of this epoch", ("Ctrl+Shift+Right",), "epoch", menu="Run"),
    Action("run.rewind", "Rewind", "Back to iteration 0 and the same initial weights", ("Ctrl+Left",), "start", menu="Run"),
    Action("run.back_to", "Go back to iteration…", "Focuses the time strip: type an iteration and press Enter",
           ("Ctrl+I",), "history", menu="Run"),
    Action("run.iteration_back", "Iteration back", "Goes back one iteration", ("Alt+Left",), menu="Run"),
    Action("run.iteration_forward", "Iteration forward", "After going back, goes one iteration forward", ("Alt+Right",), menu="Run"),
    Action("run.to_latest", "Back to now", "After going back, returns to the latest iteration", ("Alt+End",), menu="Run"),
    Action("run.branch", "Branch a new run from here", "Goes on from this iteration as a new run; the one until now is kept, "
           "with all it had come to", ("Ctrl+Shift+B",), "branch", menu="Run"),
    Action("run.branches", "Branches…", "Lists the runs that were branched, to return to, and what can still be gone back to", menu="Run"),
    Action("run.dice", "New initial weights", "Draws new initial weights (another seed)", ("Ctrl+Shift+D",), "dice", menu="Run"),
    Action("run.add_seed", "Train another seed beside this run",
           "The same project from other initial weights, in lock-step, as a second curve in the loss plot", menu="Run"),
    Action("run.batch_sizes", "Batch 1, mini-batch and all samples",
           "Trains with single samples, a mini-batch and all samples side by side from the start, as curves in the loss plot", menu="Run"),
    Action("run.remove_runs", "End the runs beside this one", "Takes the other seeds out of the loss plot; this run goes on",
           menu="Run"),
    Action("run.cost", "Cost of a step", "Measures what every operator takes of a training step, and writes it on the canvas",
           icon="gauge", menu="Run"),
    Action("run.sweep", "Sweep over settings…", "Trains the project over many settings and seeds in the background and finds the best",
           ("Ctrl+Shift+E",), menu="Run"),
    Action("run.find_rate", "Find a learning rate", "Trains a copy with a rate that grows from step to step, and suggests one", (), "gauge",
           menu="Run"),
    Action("approximate.sweep", "Approximate: error against width", "Trains networks of many widths, activations and seeds on this target",
           menu="Run"),
    Action("compare.add_run", "Compare: add a run", "Trains another variant of this project beside it, from the same start; up to four",
           menu="Run"),
    Action("compare.seeds", "Compare: repeat with 5 seeds", "Trains every compared run from five seeds in the background and judges them",
           menu="Run"),
    Action("compare.wrong_start", "Compare: confidently wrong start",
           "All runs start from weights that learned the swapped labels; once more: fresh weights again", menu="Run"),
    Action("data.samples", "Samples", "Every sample with what the network says of it, the present batch lit; points are drawn there", (),
           "table", menu="Run"),
    Action("data.next_wrong", "Next misclassified sample", "Shows the next sample the network gets wrong, the most confident first",
           ("Ctrl+.",), menu="Run"),
    Action("data.previous_wrong", "Previous misclassified sample", "Shows the sample before that the network gets wrong", ("Ctrl+,",),
           menu="Run"),
    Action("step.over", "Step over", "Runs one operation; within one, the next neuron or term", ("F10",), "over", menu="Step"),
    Action("step.into", "Step into", "From the operation to its neurons, from a neuron to its terms", ("F11",), "into", menu="Step"),
    Action("step.out", "Step out", "Back up to neurons and operations, then to the end of the phase", ("Shift+F11",), "out", menu="Step"),
    Action("step.back", "Step back", "Takes back the last operation; within one, the last step", ("Shift+F10",), "back", menu="Step"),
    Action("step.finish", "Finish iteration", "Runs the rest of the stepped iteration", ("Ctrl+F10",), "next_phase", menu="Step"),
    Action("step.next_phase", "Next phase", "Runs to the first operation of the next phase", ("Ctrl+F11",), menu="Step"),
    Action("step.to_breakpoint", "Run to breakpoint", "Runs to the next operation that has a breakpoint, in this iteration or a later one",
           ("F5",), menu="Step"),
    Action("step.breakpoint", "Set or remove breakpoint", "At the selected node, or at the operation shown by the stepper", ("F9",),
           "record", menu="Step"),
    Action("step.breakpoints", "Breakpoints…", "Lists every breakpoint with how often it was reached, to switch on and off",
           ("Ctrl+F9",), menu="Step"),
    Action("step.slow", "Slow motion", "Operations follow one another slowly; again stops", ("Shift+F5",), menu="Step"),
    Action("step.slow_back", "Slow motion backwards", "Operations are taken back slowly; again stops", ("Ctrl+Shift+F5",),
           menu="Step"),
    Action("step.watches", "Watches…", "Follows numbers of the network over iterations and operations", ("Ctrl+Alt+W",), menu="Step"),
    Action("step.check_all", "Check every gradient", "Compares every gradient of this iteration with its finite difference", menu="Step"),
    Action("step.chain", "Chain of a weight", "Every path from a weight to the loss, with its factors and their sum", menu="Step"),
    Action("step.predict", "Predict first", "Hides the numbers of every moment until you have said what they will be", menu="Step"),
    Action("step.neuron", "One neuron…", "Opens the neuron in the laboratory: its numbers to drag, and its row of W", menu="Step"),
    Action("step.copy_moments", "Copy this iteration as Markdown", "Copies every formula of this iteration with its numbers as a table",
           menu="Step"),
    Action("step.save_moments", "Save this iteration as a table…", "Writes every formula of this iteration with its numbers",
           menu="Step"),
    Action("run.settings", "Training settings", "Optimiser, learning rate, batch size, schedule and penalties", menu="Run"),
    Action("run.test", "Evaluate on test", "Asks the samples set aside for the very end; every time is counted", menu="Run"),
    Action("run.data", "Data set", "Chooses the data set, its noise and its validation part", menu="Run"),
    Action("run.jobs", "Background work…", "Shows what is being computed in the background; each can be cancelled",
           ("Ctrl+J",), menu="Run"),
    Action("learn.welcome", "Welcome and lessons", "The seven experiments, examples, recent files and your own table", ("Ctrl+Shift+H",),
           "library", menu="Learn"),
    Action("learn.next", "Next step of the lesson", "Goes on when the step is done", ("Alt+PgDown",), menu="Learn"),
    Action("learn.back", "Step of the lesson before", "Goes back one step; what was done stays", ("Alt+PgUp",), menu="Learn"),
    Action("learn.show_me", "Show me", "Does what the step of the lesson asks for, or reveals its answer", ("Alt+Return",), menu="Learn"),
    Action("learn.present", "Present the lesson", "Large type for a class: Page Down or a clicker does the next thing, B is black, "
           "Esc ends", ("F8",), "projector", checkable=True, menu="Learn"),
    Action("learn.demonstrate", "Play the lesson by itself", "A rehearsed demonstration, the same every time; a key or a click takes over",
           ("Shift+F8",), "play", checkable=True, menu="Learn"),
    Action("learn.open", "Open a lesson…", "Opens a lesson from its file (.nnlesson) or from the lesson.toml in its folder", menu="Learn"),
    Action("learn.answers", "Save answers as a table…", "Writes what was predicted and answered in every lesson as CSV", (), "table",
           menu="Learn"),
    Action("view.projector", "Projector mode", "Larger type, thicker edges and outlines, for a screen that is seen from far away", ("F7",),
           "projector", checkable=True, menu="View"),
    Action("view.still", "Reduced motion", "Nothing slides, pulses or grows; everything changes at once", checkable=True, menu="View"),
    Action("view.provenance", "Where this number comes from", "Tells tensor, iteration, rows and formula, and works the number out again",
           ("F3",), menu="View"),
    Action("view.theme", "Light or dark", "Changes between the light and the dark theme", ("Ctrl+Shift+L",), "theme", menu="View"),
    Action("view.larger", "Larger interface", "Makes all text and controls larger", ("Ctrl++", "Ctrl+="), "plus", menu="View"),
    Action("view.smaller", "Smaller interface", "Makes all text and controls smaller", ("Ctrl+-",), "minus", menu="View"),
    Action("view.reset_layout", "Reset layout", "Moves every panel of this workspace back to its place", menu="View"),
    Action("view.commands", "Commands…", "Finds any action by its name", ("Ctrl+K",), "search", menu="View"),
    Action("view.next_region", "Next region", "Moves the focus to the next part of the window", ("F6",), menu="View"),
    Action("view.previous_region", "Previous region", "Moves the focus to the previous part of the window", ("Shift+F6",), menu="View"),
    Action("help.shortcuts", "Keyboard shortcuts", "Shows every key on one page", ("?", "F1"), "keyboard", menu="Help"),
    Action("help.about", "About NN Lab", "Version and licence", menu="Help"),
)  # fmt: skip


def make_actions(theme: Theme, window: QWidget) -> dict[str, QAction]:
    """All actions by id, added to the window so that their shortcuts work everywhere in it."""
    actions = {}
    for declared in ACTIONS:
        action = QAction(declared.text, window)
        action.setObjectName(declared.id)
        action.setIconText(declared.text.replace("&", ""))  # the words that stay when the text says what is undone
        action.setToolTip(declared.tip)
        action.setStatusTip(declared.tip)
        action.setCheckable(declared.checkable)
        if declared.keys:
            action.setShortcuts([QKeySequence(key) for key in declared.keys])
        if declared.icon:
            action.setIcon(icon(theme, declared.icon, declared.on or None))
        window.addAction(action)
        actions[declared.id] = action
    return actions
