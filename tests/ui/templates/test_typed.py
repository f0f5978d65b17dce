"""What the line at the top of the template dialog is understood as, letter by letter."""

from __future__ import annotations

import pytest

from nnlab.core.preparation import Data, DataSettings, prepare
from nnlab.files.project import Project
from nnlab.templates.template import ordered, templates
from nnlab.ui.templates.typed import Typed, interpret, is_unfinished

PROJECT = Project(data=DataSettings("spiral"))


@pytest.fixture(scope="module")
def data() -> Data:
    return prepare(PROJECT.data)


def understood(text: str, data: Data) -> Typed:
    return interpret(text, ordered(), templates["mlp"], PROJECT, data)


def test_sizes_are_an_mlp_and_no_letter_on_the_way_is_an_error(data: Data) -> None:
    line = "2-16-8 leaky_relu-1"
    for end in range(1, len(line) + 1):
        typed = understood(line[:end], data)
        assert not typed.problem, line[:end]
        assert typed.template is templates["mlp"] or typed.is_unfinished
    assert typed.settings == {"layers": line}
    assert understood("MLP 2-8-1", data).settings == {"layers": "2-8-1"}


@pytest.mark.parametrize("line", ["2-", "2-8 ->", "2-8,", "2-8-1 t", "2-8-1 leaky", "8 x"])
def test_unfinished_lines(line: str) -> None:
    assert is_unfinished(line)


@pytest.mark.parametrize("line", ["2-8-1 tahn", "2-8-1 relu", "2-8-1", "2-8-!"])
def test_lines_that_more_letters_do_not_mend(line: str) -> None:
    assert not is_unfinished(line)


@pytest.mark.parametrize(
    ("text", "name"),
    [("log", "logistic_regression"), ("auto", "autoencoder"), ("conv", "convnet"), ("attention", "attention"), ("lora", "lora_mlp")],
)
def test_letters_of_a_name_find_a_template(text: str, name: str, data: Data) -> None:
    assert understood(text, data) == Typed(template=templates[name])


def test_an_address_or_a_network_as_text_is_taken_whole(data: Data) -> None:
    typed = understood("#activation=tanh&networkShape=4,2&dataset=xor", data)
    assert typed.made is not None and typed.kind == "address"
    assert (typed.made.label, typed.made.project.data.name) == ("Playground 2-4-2-1", "xor")
    typed = understood('{"nodes": [{"id": "a", "operator": "input"}]}', data)
    assert typed.made is not None and typed.kind == "graph" and typed.made.project.data == PROJECT.data


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2-8-1 tahn", "did you mean tanh"),
        ("#activation=gelu", "knows relu"),
        ("qqq", "No template has this name"),
        ('{"nodes": 1}', "not an NN Lab graph"),
    ],
)
def test_what_is_wrong_is_said(text: str, sentence: str, data: Data) -> None:
    assert sentence in understood(text, data).problem


def test_nothing_typed_means_nothing(data: Data) -> None:
    assert understood("  ", data) == Typed()
