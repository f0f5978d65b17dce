"""Addresses of TensorFlow Playground: real ones, hand-written ones, and wrong ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlab.core.errors import NNLabError
from nnlab.files.playground_address import (
    ACTIVATIONS,
    CLASS_DATASETS,
    FEATURES,
    NUMBER_DATASETS,
    PROBLEMS,
    REGULARIZATIONS,
    Address,
    PlaygroundError,
    is_address,
    parse_address,
)

# As the page writes them itself, in 2016 and today.
REAL = {
    "http://playground.tensorflow.org/#activation=tanh&batchSize=10&dataset=circle&regDataset=reg-plane&learningRate=0.03"
    "&regularizationRate=0&noise=0&networkShape=4,2&seed=0.66230&showTestData=false&discretize=false&percTrainData=50&x=true&y=true"
    "&xTimesY=false&xSquared=false&ySquared=false&cosX=false&sinX=false&cosY=false&sinY=false&collectStats=false&problem=classification"
    "&initZero=false&hideText=false": Address(seed="0.66230"),
    "https://playground.tensorflow.org/#activation=relu&regularization=L1&batchSize=10&dataset=spiral&regDataset=reg-plane"
    "&learningRate=0.03&regularizationRate=0.001&noise=5&networkShape=4,2,2&seed=0.58835&showTestData=true&discretize=true"
    "&percTrainData=80&x=true&y=true&xTimesY=true&xSquared=true&ySquared=true&cosX=false&sinX=true&cosY=false&sinY=true"
    "&collectStats=false&problem=classification&initZero=false&hideText=false&dataset_hide=true": Address(
        "relu", "L1", 10, "spiral", learning_rate=0.03, regularization_rate=0.001, noise=5, hidden=(4, 2, 2), seed="0.58835",
        training_share=80, features=FEATURES,
    ),
    "https://playground.tensorflow.org/#activation=tanh&batchSize=10&dataset=gauss&regDataset=reg-plane&learningRate=0.03"
    "&regularizationRate=0&noise=0&networkShape=&seed=0.19214&percTrainData=50&x=true&y=true": Address(
        dataset="gauss", hidden=(), seed="0.19214"
    ),
    "https://playground.tensorflow.org/#activation=linear&batchSize=1&regDataset=reg-gauss&learningRate=0.00001&noise=35&networkShape=8"
    "&problem=regression&initZero=true&x=false": Address(
        "linear", batch_size=1, regression_dataset="reg-gauss", learning_rate=1e-5, noise=35, hidden=(8,), problem="regression",
        zero_weights=True, features=("y",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", REAL)
def test_real_addresses(text: str) -> None:
    assert is_address(text)
    assert parse_address(text) == REAL[text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#activation=tanh&networkShape=4,2", Address()),
        ("activation=relu&networkShape=3", Address("relu", hidden=(3,))),
        ("  #networkShape=8%2C8\n", Address(hidden=(8, 8))),
        ("https://playground.tensorflow.org", Address()),
        ("playground.tensorflow.org/?hl=en#dataset=xor", Address(dataset="xor")),
        ("#noise=&seed=&activation=", Address()),
        ("#dataset=xor&amp;noise=10", Address(dataset="xor", noise=10)),
        ("#y=false&unknown=3&batchSize=7", Address(features=("x",), batch_size=7)),
    ],
)
def test_short_and_odd_forms(text: str, expected: Address) -> None:
    assert is_address(text)
    assert parse_address(text) == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("#activation=gelu", "activation=gelu; TensorFlow Playground knows relu, tanh, sigmoid, linear"),
        ("#dataset=moons", "dataset=moons"),
        ("#batchSize=2.5", "batchSize=2.5; it must be a whole number from 1 to 65,536"),
        ("#batchSize=0", "from 1"),
        ("#learningRate=fast", "learningRate=fast; it must be a number"),
        ("#learningRate=NaN", "learningRate=NaN"),
        ("#noise=80", "from 0 to 50"),
        ("#networkShape=4,,2", "networkShape=4,,2; it must be the sizes"),
        ("#networkShape=0", "networkShape=0"),
        ("#networkShape=" + ",".join(["3"] * 99), "at most 64 hidden layers"),
        ("#x=false&y=false", "switches every input off"),
        ("#percTrainData=0", "percTrainData=0"),
        ("#problem=clustering", "classification, regression"),
        ("https://example.org/#a=1", "not a TensorFlow Playground address"),
    ],
)
def test_what_is_wrong_is_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(PlaygroundError) as caught:
        parse_address(text)
    assert sentence in str(caught.value)
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value) and len(str(caught.value)) < 200


@pytest.mark.parametrize("text", ["", "hello", "x=3", "a=b&c=d", "https://example.org/#activation-guide", "seed=1\nnoise=2", "2-8-1 tanh"])
def test_texts_that_are_no_address(text: str) -> None:
    assert not is_address(text)


ADDRESSES = st.builds(
    Address,
    activation=st.sampled_from(ACTIVATIONS),
    regularization=st.sampled_from(REGULARIZATIONS),
    batch_size=st.integers(1, 30),
    dataset=st.sampled_from(CLASS_DATASETS),
    regression_dataset=st.sampled_from(NUMBER_DATASETS),
    learning_rate=st.sampled_from((0.00001, 0.0001, 0.003, 0.03, 1.0, 10.0)) | st.floats(0, 10),
    regularization_rate=st.sampled_from((0.0, 0.001, 0.3, 10.0)),
    noise=st.integers(0, 10).map(lambda n: 5.0 * n),
    hidden=st.lists(st.integers(1, 8), max_size=6).map(tuple),
    seed=st.integers(0, 99_999).map(lambda n: f"0.{n:05d}"),
    training_share=st.integers(1, 9).map(lambda n: 10.0 * n),
    features=st.sets(st.sampled_from(FEATURES), min_size=1).map(lambda chosen: tuple(f for f in FEATURES if f in chosen)),
    problem=st.sampled_from(PROBLEMS),
    zero_weights=st.booleans(),
)


@given(ADDRESSES)
def test_a_written_address_is_read_back(address: Address) -> None:
    assert parse_address(address.text) == address


@given(st.text(max_size=60).map(lambda rest: f"#activation={rest}") | st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse_address(text)
    except NNLabError:
        pass
    else:
        assert is_address(text)
