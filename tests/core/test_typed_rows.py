import pytest

from nnlab.core.typed_rows import TypedRows


@pytest.mark.parametrize(
    "text",
    ["0.05 0.10 -> 0.01 0.99; 1 0 -> 1 2", "0.05, 0.10 → 0.01, 0.99\n1 0 = 1 2;", " .05 1e-1=0.01 .99;1 0->1 2"],
)
def test_rows_are_read_however_they_are_written(text: str) -> None:
    rows = TypedRows.read(text)
    assert rows.features == ((0.05, 0.1), (1.0, 0.0)) and rows.targets == ((0.01, 0.99), (1.0, 2.0))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "such as 0 1 -> 1"),
        ("1 2", "such as 0 1 -> 1"),
        ("1 a -> 2", "such as 0 1 -> 1"),
        ("1 -> 2 -> 3", "such as 0 1 -> 1"),
        ("-> 1", "from 1 to 100 features, not 0"),
        ("1 ->", "from 1 to 100 targets, not 0"),
        ("1 2 -> 3; 1 -> 3", "sample 2 has 1 features where the first has 2"),
        ("1 -> 3; 1 -> 3 4", "sample 2 has 2 targets where the first has 1"),
        ("nan -> 1", "numbers of sample 1 must lie from -1,000,000 to 1,000,000"),
        ("1 -> 1e7", "numbers of sample 1 must lie"),
        ("1 -> 1;" * 2001, "from 1 to 2,000 samples, not 2,001"),
        (" ".join(["1"] * 101) + " -> 1", "from 1 to 100 features, not 101"),
    ],
)
def test_what_is_no_sample_is_said(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        TypedRows.read(text)
