"""Where keys of a TOML text stand."""

from __future__ import annotations

from nnlab.lessons.toml_places import Spot, places

TEXT = '''title = "A"
[start]
  example = "xor" # [not = a table]
[[step]]
text = """
fake = 1
[fake]
"""
show = [
  { run = 1 },
]
check = "loss < 1"
[step.question]
kind='number'
[[step.question.hint]]
text = "a"
[[step.question.hint]]
text = "b"
[[step]]
a.b = 3
'''


def test_every_key_has_its_spot() -> None:
    found = places(TEXT)
    assert found[("title",)] == Spot(1, 1, 10)
    assert found[("start", "example")] == Spot(3, 3, 14)
    assert found[("step", 0, "check")] == Spot(12, 1, 10)
    assert found[("step", 0, "question", "kind")] == Spot(14, 1, 7)
    assert found[("step", 0, "question", "hint", 1, "text")] == Spot(18, 1, 9)
    assert found[("step", 1, "a", "b")] == Spot(20, 1, 7)
    assert not any("fake" in path for path in found)
