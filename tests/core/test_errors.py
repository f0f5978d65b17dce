"""An error's sentence has an end, whatever a person's file or name holds."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nnlab
from nnlab.core.errors import LONGEST, FileError, GraphError, NNLabError, SettingError, shown


def sentence(attempt) -> str:  # type: ignore[no-untyped-def]
    with pytest.raises(NNLabError) as caught:
        attempt()
    return str(caught.value)


def graph_text(**changes: str) -> str:
    b = nnlab.GraphBuilder()
    b.mse(b.tanh(b.dense(b.input(features=2), units=4)))
    text = b.build().to_json()
    for old, new in changes.items():
        text = text.replace(old, new)
    return text


@given(st.text(max_size=5000), st.text(max_size=5000), st.integers(1, 3000))
def test_every_error_has_an_end_and_is_one_line(name: str, other: str, times: int) -> None:
    for text in (name, f"There is no node {name * times!r} in {other!r}; choose another.", " ".join([name] * times)):
        said = str(NNLabError(text))
        assert len(said) <= LONGEST and not set("\n\r") & set(said)
        if len(text) <= LONGEST and text.isprintable():
            assert said == text


@given(st.characters(exclude_characters="'\"`\\", exclude_categories=("C", "Z")), st.integers(300, 9000))
def test_what_a_person_wrote_is_shortened_and_the_rest_stays(letter: str, times: int) -> None:
    said = str(SettingError(f"adam: there is no setting '{letter * times}'; choose from beta1, beta2, eps."))
    assert said.startswith("adam: there is no setting '" + letter) and said.endswith(letter + "'; choose from beta1, beta2, eps.")
    assert "…" in said


@pytest.mark.parametrize(
    "attempt",
    [
        lambda long: nnlab.Graph.from_json(graph_text(dense_1=long)),
        lambda long: nnlab.Graph.from_json(graph_text(**{'"tanh"': f'"{long}"'})),
        lambda long: nnlab.Session(nnlab.Graph.from_json(graph_text()), optimizer=long),
        lambda long: nnlab.Session(nnlab.Graph.from_json(graph_text()), dtype=long),
        lambda long: nnlab.Session(nnlab.Graph.from_json(graph_text()), **{long: 1}),
        lambda long: nnlab.Session(nnlab.Graph.from_json(graph_text()), seed=list(long)),
        lambda long: nnlab.Session(nnlab.Graph.from_json(graph_text()), learning_rate=long),
        lambda long: nnlab.Session(nnlab.Graph.from_json(graph_text())).set_parameters({long: 1}),
        lambda long: nnlab.GraphBuilder().node(long),
        lambda long: nnlab.GraphBuilder().input(features=2, id=long),
    ],
)
def test_a_long_name_makes_no_long_sentence(attempt) -> None:  # type: ignore[no-untyped-def]
    """One of 6,101 characters was seen."""
    assert len(sentence(lambda: attempt("z" * 6000))) <= LONGEST


def test_an_error_keeps_its_sentence_and_node_when_copied() -> None:
    error = GraphError("x" * 9000, "dense_1")
    for same in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert (str(same), same.node_id) == (str(error), "dense_1")
    assert str(pickle.loads(pickle.dumps(FileError("a file")))) == "a file"


def test_a_value_that_cannot_be_written_is_shown_by_its_type() -> None:
    class Mute:
        def __repr__(self) -> str:
            raise RuntimeError("no words")

    assert shown(Mute()) == "a Mute" and shown(np.float32(0.5)) == "0.5" and shown("x") == "'x'"
    assert len(shown([10**5000])) < 60
