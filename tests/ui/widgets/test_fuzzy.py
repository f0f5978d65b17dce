import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlab.ui.widgets.fuzzy import match, ranked

COMMANDS = ["Step one iteration", "Step one epoch", "Step into", "Save project", "Set learning rate", "Fit the network into view", "Redo"]


def names(query: str) -> list[str]:
    return [name for name, _ in ranked(query, COMMANDS, str)]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("stit", "Step one iteration"),
        ("soe", "Step one epoch"),
        ("into", "Step into"),
        ("fit", "Fit the network into view"),
        ("slr", "Set learning rate"),
    ],
)
def test_what_is_meant_comes_first(query: str, first: str) -> None:
    assert names(query)[0] == first


def test_a_word_typed_in_full_is_found_as_that_word() -> None:
    found = dict(ranked("step", COMMANDS, str))
    assert all(found[name] == (0, 1, 2, 3) for name in COMMANDS if name.startswith("Step"))


def test_nothing_typed_keeps_the_order() -> None:
    assert names("  ") == COMMANDS


def test_letters_must_occur_in_order() -> None:
    assert match("ba", "ab") is None
    assert match("a", "") is None
    assert match("", "ab") == (0, ())


def test_case_and_spaces_do_not_matter() -> None:
    assert match("STEP ONE", "step one") == match("stepone", "Step one")


@given(st.text(alphabet="abc D", max_size=5), st.text(alphabet="abcdD -", max_size=10))
def test_places_spell_the_query(query: str, text: str) -> None:
    letters = [letter for letter in query.casefold() if not letter.isspace()]
    found = match(query, text)
    left = iter(text.casefold())
    assert (found is not None) == all(letter in left for letter in letters)
    if found is not None:
        places = found[1]
        assert list(places) == sorted(set(places))
        assert [text[i].casefold() for i in places] == letters
