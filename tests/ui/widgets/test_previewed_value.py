from pytestqt.qtbot import QtBot

from nnlab.ui.widgets.previewed_value import PreviewedValue


def recorded(gesture: PreviewedValue) -> tuple[list[object], list[object]]:
    previews: list[object] = []
    commits: list[object] = []
    gesture.previewed.connect(previews.append)
    gesture.committed.connect(commits.append)
    return previews, commits


def test_many_previews_make_one_commit(qtbot: QtBot) -> None:
    gesture = PreviewedValue(1)
    previews, commits = recorded(gesture)
    for value in (2, 3, 3, 4):
        gesture.preview(value, held=True)
    assert (previews, commits, gesture.is_open) == ([2, 3, 4], [], True)
    gesture.finish()
    gesture.finish()
    assert (commits, gesture.is_open) == ([4], False)


def test_back_at_the_start_nothing_is_committed(qtbot: QtBot) -> None:
    gesture = PreviewedValue(1)
    previews, commits = recorded(gesture)
    gesture.preview(2, held=True)
    gesture.preview(1, held=True)
    gesture.finish()
    assert (previews, commits) == ([2, 1], [])


def test_a_gesture_without_an_end_ends_by_a_pause(qtbot: QtBot) -> None:
    gesture = PreviewedValue(1)
    previews, commits = recorded(gesture)
    with qtbot.waitSignal(gesture.committed, timeout=2000):
        gesture.preview(5)
    assert (previews, commits) == ([5], [5])


def test_a_value_from_outside_drops_the_gesture(qtbot: QtBot) -> None:
    gesture = PreviewedValue(1)
    _, commits = recorded(gesture)
    gesture.preview(5, held=True)
    gesture.settle(7)
    gesture.finish()
    assert (commits, gesture.value) == ([], 7)
    gesture.commit(8)
    assert commits == [8]
