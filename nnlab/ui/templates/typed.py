"""What a person means by the line at the top of the template dialog.

It takes the sizes of an MLP (`2-8-8-1 tanh`), an address of TensorFlow Playground, a pasted network, or letters of a template's name.
Some of these are wrong until the last letter is typed: a text that is only unfinished is no error yet.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import Data
from nnlab.files.network_text import LINE, kind_of, read_network
from nnlab.files.project import Project
from nnlab.graph.mlp import activation_aliases, activation_names, is_shape_line, parse_mlp
from nnlab.templates.template import Made, Template
from nnlab.ui.widgets.fuzzy import ranked

_DANGLING = re.compile(r"(?:[\da-z_]\s*(?:-|->|→|–|—|>|:|,|;)|\d\s*[x×])\s*$")


@dataclass(frozen=True)
class Typed:
    """One of: a template with values for its settings, a whole network, or a problem. All empty: nothing is meant yet."""

    template: Template | None = None
    settings: dict[str, str] | None = None  # of the template
    made: Made | None = None
    kind: str = ""  # of the text that `made` stands for, see nnlab.files.network_text
    problem: str = ""
    is_unfinished: bool = False


def interpret(text: str, templates: Sequence[Template], mlp: Template, project: Project, data: Data | None) -> Typed:
    """What `text` stands for; `mlp` is the template that takes a line of sizes."""
    line = text.strip()
    if not line:
        return Typed()
    if line[0].isdigit():
        return _sizes(line, mlp)
    kind = kind_of(line)
    if kind is not None and kind != LINE:
        try:
            pasted = read_network(line, project, data)
        except NNLabError as error:
            return Typed(problem=str(error))
        return Typed(made=Made(pasted.project, pasted.label, "", pasted.note), kind=kind)
    if is_shape_line(line):
        return _sizes(line, mlp)
    found = ranked(line, templates, lambda template: template.title)
    if found:
        return Typed(template=found[0][0])
    return Typed(problem="No template has this name; type sizes such as 2-8-8-1 tanh, or paste a TensorFlow Playground address.")


def _sizes(line: str, mlp: Template) -> Typed:
    try:
        parse_mlp(line)
    except NNLabError as error:
        return Typed(is_unfinished=True) if is_unfinished(line) else Typed(problem=str(error))
    return Typed(template=mlp, settings={"layers": re.sub(r"^mlp\s*", "", line, flags=re.IGNORECASE)})


def is_unfinished(line: str) -> bool:
    """Whether a line may become right by typing on: it ends in a sign, or in the first letters of an activation."""
    lower = line.lower()
    if _DANGLING.search(lower):
        return True
    word = re.search(r"[a-z_]+$", lower)
    names = (*activation_names(), *activation_aliases())
    return word is not None and any(name.startswith(word[0]) and name != word[0] for name in names)
