"""Where the links of a lesson's text lead."""

from __future__ import annotations

import pytest

from nnlab.ui.learn.links import TextLinks


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("lesson:xor", ("lesson", "xor")), ("lesson:two_words%20more", ("lesson", "two_words%20more")),
        ("glossary:learning_rate", ("glossary", "learning rate")), ("glossary:learning%20rate", ("glossary", "learning rate")),
        ("lesson:a:b", ("lesson", "a:b")), ("lesson:", None), ("lesson", None), ("https://example.org", None), ("", None),
    ],
)  # fmt: skip
def test_an_address_is_a_kind_of_place_and_its_name(address: str, place: tuple[str, str] | None) -> None:
    gone: list[tuple[str, str]] = []
    links = TextLinks({kind: lambda name, kind=kind: gone.append((kind, name)) for kind in ("lesson", "glossary")})
    assert links.follow(address) is (place is not None)
    assert gone == ([] if place is None else [place])
