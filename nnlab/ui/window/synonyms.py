"""What newcomers call the window's actions: words that the command palette finds them by, besides their own.

By an action's object name, or by its group with a dot for all of that group. A phrase is found by the beginning of any of its words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtGui import QAction

from nnlab.ui.widgets.command_palette import SYNONYMS

PHRASES: Mapping[str, tuple[str, ...]] = {
    "file.new": ("empty project", "clear everything", "blank"),
    "file.template": ("create network", "wizard", "multilayer perceptron", "mlp", "standard network", "architecture"),
    "file.open": ("load file", "import csv", "browse", "own data", "table", "excel"),
    "file.save": ("store", "keep"),
    "file.save_as": ("rename file",),
    "file.predict_values": ("inference", "try a row", "typed values", "use the model"),
    "file.open_images": ("pictures", "photos", "png", "jpeg", "mnist", "folder", "image classification"),
    "file.import": ("onnx", "load model", "safetensors", "keras", "pytorch", "parquet", "spreadsheet"),
    "file.export": ("onnx", "pytorch", "numpy", "safetensors", "deploy", "save model"),
    "file.predict": ("inference", "new data", "apply", "classify a file"),
    "file.report": ("summary", "html", "document results"),
    "file.picture": ("screenshot", "image of the window", "export picture", "png"),
    "file.quit": ("exit", "close window", "leave"),
    "example.": ("examples", "open example", "open examples", "demos", "tutorial", "sample projects"),
    "edit.undo": ("revert", "take back"),
    "edit.redo": ("repeat", "again"),
    "edit.history": ("changes", "undo list", "versions"),
    "edit.copy_network": ("share network",),
    "edit.add": ("add", "new layer", "insert layer", "create neuron", "operator", "node"),
    "edit.delete": ("remove", "erase", "clear selection"),
    "edit.rename": ("change name", "title", "label"),
    "edit.connect": ("join", "link", "edge", "wire", "connection"),
    "edit.disconnect": ("unlink", "cut edge", "remove connection"),
    "edit.group": ("frame", "block"),
    "edit.comment": ("note", "annotation", "text"),
    "edit.tidy": ("layout", "arrange", "auto layout", "order", "clean up"),
    "node.edit_weights": ("change weights", "parameters", "biases"),
    "node.reinitialise": ("reset weights of a layer", "initialise", "initialize"),
    "node.freeze": ("lock layer", "fixed weights", "requires_grad"),
    "lora.attach": ("lora", "low rank", "fine-tune", "finetune", "peft", "dora", "pissa", "rslora", "add adapter"),
    "lora.detach": ("remove adapter", "lora", "delete adapter"),
    "run.play": ("run", "start", "start training", "train", "go", "stop", "pause", "halt", "fit model", "learn"),
    "run.full_speed": ("fast", "faster", "maximum speed", "slow", "slower", "slow motion"),
    "run.step_iteration": ("one batch", "single step", "next step", "one update"),
    "run.step_epoch": ("one pass", "next epoch"),
    "run.rewind": ("reset", "restart", "start over", "back to the beginning", "initial weights"),
    "run.dice": ("shuffle", "random seed", "randomise", "randomize", "another seed", "new weights"),
    "approximate.sweep": ("width sweep", "universal approximation", "number of hidden units", "depth against width", "error by width"),
    "run.batch_sizes": ("stochastic gradient descent", "full batch", "mini-batch"),
    "run.add_seed": ("compare seeds", "second run"),
    "run.settings": ("learning rate", "batch size", "optimiser", "optimizer", "adam", "sgd", "momentum", "schedule", "regularisation",
                     "regularization", "weight decay", "clipping", "epochs", "settings", "preferences", "options", "hyperparameters"),
    "run.find_rate": ("learning-rate finder", "lr finder", "lr range test", "suggest rate", "best learning rate"),
    "run.test": ("test set", "held out", "final score", "generalisation"),
    "run.data": ("dataset", "data set", "noise", "validation", "test set", "train test split", "points", "features", "normalise"),
    "step.breakpoint": ("stop here", "halt", "debugger"), "step.to_breakpoint": ("continue", "debugger"),
    "step.over": ("debug", "next operation", "walk through", "calculation", "backpropagation"),
    "step.chain": ("chain rule", "paths", "gradient of a weight"),
    "step.check_all": ("gradient check", "finite difference", "numerical gradient"),
    "view.theme": ("dark mode", "light mode", "dark theme", "night", "appearance", "colours", "colors"),
    "view.larger": ("font size", "text size", "bigger", "zoom interface", "increase", "projector", "magnify"),
    "view.smaller": ("font size", "text size", "smaller text", "decrease"),
    "view.reset_layout": ("panels back", "default layout", "windows"),
    "view.fit": ("zoom all", "show everything", "centre", "center", "whole network"),
    "help.shortcuts": ("help", "manual", "documentation", "how to", "keys", "hotkeys", "keyboard", "guide"),
    "help.about": ("version", "licence", "license"),
    "workspace.step": ("stepper", "debugger"),
}  # fmt: skip


def give_synonyms(actions: Sequence[QAction]) -> None:
    """Tells actions what else they are called, where the command palette looks."""
    for action in actions:
        name = action.objectName()
        phrases = PHRASES.get(name) or PHRASES.get(f"{name.partition('.')[0]}.") or ()
        action.setProperty(SYNONYMS, list(phrases))
