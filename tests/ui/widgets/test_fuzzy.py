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


@pytest.mark.parametrize(
    ("query", "text", "score", "places"),
    [
        ("s", "Step", 1 + 8, (0,)),  # a letter, and that it begins a word
        ("t", "Step", 1, (1,)),
        ("st", "Step", 9 + 1 + 9, (0, 1)),  # together
        ("so", "Step one", 9 + 9, (0, 5)),
        ("tp", "Step", 1 + 1, (1, 3)),
        ("v", "kernelView", 9, (6,)),  # a capital after a small letter begins a word
        ("i", "XIi", 1, (1,)),  # none after another capital
        ("n", "dense_1 N", 9, (8,)),
        ("1", "dense_1", 9, (6,)),
        ("on", "no on", 9 + 10, (3, 4)),
    ],
)  # fmt: skip
def test_letters_count_one_beginnings_eight_more_neighbours_nine(query: str, text: str, score: int, places: tuple[int, ...]) -> None:
    found = match(query, text)
    assert found is not None and found[0] == score
    assert found[1] == places


def test_of_equal_matches_the_shorter_then_the_earlier_comes_first() -> None:
    assert [name for name, _ in ranked("a", ["ab cd", "ab", "ac"], str)] == ["ab", "ac", "ab cd"]
    assert [name for name, _ in ranked("b", ["xxb", "b", "ab"], str)] == ["b", "ab", "xxb"]


def test_what_matches_better_counts_the_words_themselves_or_a_synonym() -> None:
    """“st” is 19 in “stop”, where the letters are neighbours at a beginning, and 10 in “sat”; of equal ones the shorter counts."""
    found = dict(ranked("st", ["sat", "stay"], str, lambda word: ["stop it"]))
    assert found == {"sat": (), "stay": (0, 1)}
    assert dict(ranked("st", ["stay put now"], str, lambda word: ["stop"])) == {"stay put now": ()}
    assert dict(ranked("st", ["sat"], str, lambda word: ["must"])) == {"sat": (0, 2)}, "a synonym is typed from the beginning of a word"
