"""Project files: everything comes back, nothing harmful gets in, nothing is lost on the way to the disk."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from endings import LIMIT
from hypothesis import given, settings
from projects import PNG, entries_of, same_arrays, saved_projects, small_project, snapshot_of, valid_entries, write_zip

from nnlab.core.errors import FileError, GraphError, NNLabError, SettingError
from nnlab.core.preparation import DataSettings, prepare
from nnlab.files import places, schema
from nnlab.files.project import Project, SavedProject
from nnlab.files.project_file import load_project, save_project
from nnlab.files.starting_network import project_for_table
from nnlab.graph import edits
from nnlab.training.difference import Difference
from nnlab.training.initial_weights import InitialWeights, SwappedLabels

TABLE = "length,width,kind\n" + "".join(f"{i},{i % 3},{'ab'[i % 2]}\n" for i in range(20))


def refused(path: Path, kind: type[NNLabError] = FileError) -> str:
    with pytest.raises(kind) as caught:
        load_project(path)
    text = str(caught.value)
    assert text.startswith(f"{path.name}: ") and text.endswith(".") and "\n" not in text
    return text


def table_project(tmp_path: Path, name: str = "flowers.csv") -> tuple[Project, Path]:
    path = tmp_path / name
    path.write_text(TABLE)
    return project_for_table(path), path


@settings(max_examples=40)
@given(saved=saved_projects())
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, saved: SavedProject):
    path = tmp_path_factory.mktemp("round") / "trip.nnlab"
    save_project(path, saved)
    read = load_project(path)
    assert read.project == saved.project and read.thumbnail == saved.thumbnail and read.view == saved.view
    assert (read.snapshot is None) == (saved.snapshot is None)
    if read.snapshot is not None and saved.snapshot is not None:
        for part in ("parameters", "moments"):
            assert same_arrays(getattr(read.snapshot, part), getattr(saved.snapshot, part))
        assert np.array_equal(read.snapshot.context, saved.snapshot.context)
    again = path.with_name("again.nnlab")
    save_project(again, read)
    assert again.read_bytes() == path.read_bytes()


def test_the_entries_are_those_of_the_contract(tmp_path: Path):
    project, _ = table_project(tmp_path)
    path = tmp_path / "x.nnlab"
    save_project(path, SavedProject(project, snapshot_of(project), PNG))
    assert list(entries_of(path)) == ["project.json", "weights.safetensors", "data/flowers.csv", "thumbnail.png"]


def started(values: dict[str, np.ndarray]) -> Project:
    return replace(small_project(), initial=InitialWeights("by hand", "Typed in a test", values, SwappedLabels("sgd", 0.5, 7)))


def test_initial_weights_and_what_is_compared_travel_with_the_project(tmp_path: Path):
    """Also where the graph was edited since, so that neither fits any more: it may be edited back."""
    project = started({"dense_9.weight": np.array([[1.5, np.float32(1e-45)]], np.float32), "dense_1.bias": np.full(7, 0.1)})
    project = replace(project, comparison=(Difference("dense_9.units", "4"), Difference("lora", "rank 8")))
    path = tmp_path / "x.nnlab"
    save_project(path, SavedProject(project))
    assert list(entries_of(path)) == ["project.json", "initial.safetensors"]
    read = load_project(path).project
    assert read == project and read.initial is not None and project.initial is not None
    assert same_arrays(read.initial.values, project.initial.values) and read.comparison == project.comparison


def test_initial_weights_that_no_network_may_hold_are_refused(tmp_path: Path):
    path = tmp_path / "x.nnlab"
    save_project(path, SavedProject(started({"dense_1.bias": np.zeros(3, np.float32)})))
    entries = spoil("initial.safetensors", lambda content: content[:-4] + b"\x00\x00\xc0\x7f")(entries_of(path))
    assert "initial.safetensors: dense_1.bias contains NaN or infinity" in refused(write_zip(tmp_path / "nan.nnlab", entries))
    entries = spoil("project.json", in_json(initial={"name": " "}))(entries_of(path))
    assert "need a name" in refused(write_zip(tmp_path / "nameless.nnlab", entries))


def test_a_snapshot_of_an_edited_network_is_filled_up_from_the_initial_weights(tmp_path: Path):
    bias = np.array([4.0, 5.0, 6.0], np.float32)
    project = started({"dense_1.bias": bias})
    snapshot = snapshot_of(project)
    del snapshot.parameters["dense_1.bias"]
    path = tmp_path / "x.nnlab"
    save_project(path, SavedProject(project, snapshot))
    read = load_project(path).snapshot
    assert read is not None and read.parameters["dense_1.bias"].tolist() == bias.tolist()


# Data that travels


def test_a_table_travels_inside_the_project(tmp_path: Path):
    project, table = table_project(tmp_path)
    path = tmp_path / "x.nnlab"
    save_project(path, SavedProject(project))
    before = prepare(project.data)
    table.unlink()
    read = load_project(path).project
    after = prepare(read.data)
    assert np.array_equal(before.x, after.x) and np.array_equal(before.y, after.y)
    unpacked = Path(str(read.data.settings["path"]))
    assert unpacked.name == "flowers.csv" and unpacked.is_relative_to(places.unpacked_data())
    assert read.graph == project.graph


def test_saving_again_and_again_keeps_the_table(tmp_path: Path):
    project, table = table_project(tmp_path)
    path = tmp_path / "x.nnlab"
    save_project(path, SavedProject(project))
    first = path.read_bytes()
    table.unlink()
    save_project(path, load_project(path))
    assert path.read_bytes() == first


def test_a_table_that_is_gone_does_not_keep_the_rest_from_being_saved(tmp_path: Path):
    project, table = table_project(tmp_path)
    table.unlink()
    path = tmp_path / "x.nnlab"
    save_project(path, SavedProject(project))
    read = load_project(path).project
    assert read == project and "data/flowers.csv" not in entries_of(path)


def test_the_unpacked_table_is_repaired_when_somebody_changed_it(tmp_path: Path):
    project, _ = table_project(tmp_path)
    path = tmp_path / "x.nnlab"
    save_project(path, SavedProject(project))
    unpacked = Path(str(load_project(path).project.data.settings["path"]))
    unpacked.write_text("other")
    load_project(path)
    assert unpacked.read_text() == TABLE


@pytest.mark.skipif(sys.platform == "win32", reason="such names do not exist there")
def test_names_that_other_systems_cannot_have_are_changed(tmp_path: Path):
    project, _ = table_project(tmp_path, 'a:b*"c".csv')
    path = tmp_path / "x.nnlab"
    save_project(path, SavedProject(project))
    assert "data/a_b__c_.csv" in entries_of(path)
    assert Path(str(load_project(path).project.data.settings["path"])).read_text() == TABLE


# Bad input


def test_damage_is_refused_with_a_reason(tmp_path: Path):
    whole = tmp_path / "x.nnlab"
    write_zip(whole, valid_entries(tmp_path))
    half = tmp_path / "half.nnlab"
    half.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert "incomplete" in refused(half)
    (tmp_path / "text.nnlab").write_text("hello")
    assert "not an NN Lab project" in refused(tmp_path / "text.nnlab")
    assert "no such file" in refused(tmp_path / "missing.nnlab")


def spoil(name: str, change: Callable[[bytes], bytes | None]) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    def spoiled(entries: dict[str, bytes]) -> dict[str, bytes]:
        content = change(entries.get(name, b""))
        return {**{k: v for k, v in entries.items() if k != name}, **({} if content is None else {name: content})}

    return spoiled


def in_json(**changes: object) -> Callable[[bytes], bytes]:
    return lambda content: json.dumps({**json.loads(content), **changes}).encode()


@pytest.mark.parametrize(
    ("spoiled", "words"),
    [
        (spoil("project.json", lambda _: None), "no project.json inside"),
        (spoil("project.json", lambda content: content[:100]), "project.json cannot be read"),
        (spoil("project.json", in_json(schema=77)), "written by a newer NN Lab (schema 77); this one reads up to 7: please update"),
        (spoil("project.json", in_json(colour="red")), "unknown field `colour`"),
        (spoil("project.json", in_json(position=None)), "the position of the run is missing"),
        (spoil("weights.safetensors", lambda _: None), "the weights are missing"),
        (spoil("weights.safetensors", lambda content: content[:-1]), "weights.safetensors is damaged"),
        (spoil("weights.safetensors", lambda content: content[:-4] + b"\x00\x00\xc0\x7f"), "contains NaN"),
        (spoil("thumbnail.png", lambda _: b"GIF89a"), "thumbnail.png is not an image"),
        (spoil("data/x.csv", lambda _: b"a,b\n1,2\n"), "does not match its description"),
        (spoil("adapters/x/adapter_model.safetensors", lambda _: b""), "is not named in project.json"),
        (spoil("initial.safetensors", lambda _: b"x"), "initial.safetensors is not named in project.json"),
        (spoil("project.json", in_json(initial={"name": "x"})), "initial.safetensors is missing"),
        (spoil("data/../../x.csv", lambda _: b""), "outside the archive"),
        (spoil("run.py", lambda _: b"import os"), "does not belong to a project"),
    ],
)
def test_a_spoiled_entry_refuses_the_whole(tmp_path: Path, spoiled: Callable[[dict[str, bytes]], dict[str, bytes]], words: str):
    path = write_zip(tmp_path / "bad.nnlab", spoiled(valid_entries(tmp_path)))
    assert words in refused(path)


def test_a_newer_version_may_have_entries_this_one_does_not_know(tmp_path: Path):
    entries = valid_entries(tmp_path) | {"dreams.bin": b"zzz"}
    path = write_zip(tmp_path / "new.nnlab", spoil("project.json", in_json(schema=schema.SCHEMA + 1))(entries))
    assert "please update" in refused(path)


def test_faults_of_graph_and_settings_keep_their_kind_and_node(tmp_path: Path):
    entries = valid_entries(tmp_path, trained=False)
    raw = json.loads(entries["project.json"])
    raw["graph"]["nodes"][1]["operator"] = "densee"
    path = write_zip(tmp_path / "bad.nnlab", {"project.json": json.dumps(raw).encode()})
    assert "dense_1: there is no operator named 'densee'" in refused(path, GraphError)
    with pytest.raises(GraphError) as caught:
        load_project(path)
    assert caught.value.node_id == "dense_1"
    path = write_zip(tmp_path / "bad2.nnlab", spoil("project.json", in_json(training={"batch_size": 0}))(entries))
    assert "batch_size is 0" in refused(path, SettingError)


def test_a_bomb_is_refused(tmp_path: Path):
    path = write_zip(tmp_path / "bomb.nnlab", valid_entries(tmp_path) | {"weights.safetensors": bytes(64 * 2**20)})
    assert "unpack to more than 200 times" in refused(path)


def test_an_unfinished_graph_can_be_saved_with_what_was_learned(tmp_path: Path):
    project = small_project()
    snapshot = snapshot_of(project)
    broken = replace(project, graph=edits.disconnect(project.graph, project.graph.incoming("dense_2")[0]))
    save_project(tmp_path / "x.nnlab", SavedProject(broken, snapshot))
    read = load_project(tmp_path / "x.nnlab")
    assert read.project == broken and read.snapshot is not None
    assert same_arrays(dict(sorted(read.snapshot.parameters.items())), dict(sorted(snapshot.parameters.items())))


# Saving


def test_what_could_not_be_opened_again_is_not_saved(tmp_path: Path):
    path = tmp_path / "x.nnlab"
    save_project(path, SavedProject(small_project()))
    good = path.read_bytes()
    bad = [
        SavedProject(replace(small_project(), training=replace(small_project().training, learning_rate=float("nan")))),
        SavedProject(replace(small_project(), data=DataSettings("nowhere"))),
        SavedProject(small_project(), replace_first(snapshot_of(small_project()))),
    ]
    for saved in bad:
        with pytest.raises(FileError, match="was not saved, because it could not be opened again"):
            save_project(path, saved)
        assert path.read_bytes() == good


def replace_first(snapshot):  # type: ignore[no-untyped-def]
    """The snapshot with a NaN in it."""
    snapshot.parameters["dense_1.weight"][0, 0] = np.nan
    return snapshot


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "x.nnlab"
    save_project(path, SavedProject(small_project()))
    good = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FileError, match="the disk is full") as caught:
        save_project(path, SavedProject(small_project(), snapshot_of(small_project())))
    monkeypatch.undo()
    assert str(path) in str(caught.value) and path.read_bytes() == good and os.listdir(tmp_path) == ["x.nnlab"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits on file sizes")
def test_a_file_system_that_takes_no_more_bytes_leaves_the_old_file(tmp_path: Path):
    """The kernel itself refuses here, in the middle of writing the archive."""
    import resource

    path = tmp_path / "x.nnlab"
    save_project(path, SavedProject(small_project()))
    good = path.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(FileError, match="could not be saved: the disk does not allow files of this size"):
            save_project(path, SavedProject(small_project(), snapshot_of(small_project())))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_bytes() == good and os.listdir(tmp_path) == ["x.nnlab"]


@pytest.mark.skipif(sys.platform == "win32" or (hasattr(os, "geteuid") and os.geteuid() == 0), reason="root may write anywhere")
def test_a_folder_without_permission(tmp_path: Path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(FileError, match="not permitted"):
            save_project(tmp_path / "x.nnlab", SavedProject(small_project()))
    finally:
        tmp_path.chmod(0o700)


KILLED_WHILE_SAVING = """
import json, os, random, signal, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from projects import small_project, snapshot_of
from nnlab.core import atomic
from nnlab.files.project import SavedProject
from nnlab.files.project_file import load_project, save_project

path, project, kills, generator = Path(sys.argv[1]), small_project(), int(sys.argv[3]), random.Random(0)
versions = [SavedProject(project, snapshot_of(project, seed)) for seed in range(2)]
weights = [version.snapshot.parameters["dense_1.weight"].tobytes() for version in versions]
present = lambda: weights.index(load_project(path).snapshot.parameters["dense_1.weight"].tobytes())
save_project(path, versions[0])
reach = 0.01  # seconds within which a kill falls; found out while killing: half of the kills shall come before the end
outcome = dict(old=0, new=0, within=0, half_written=0)
for kill in range(kills):
    before = present()
    beside = len(atomic.temporary_files(path))
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, b"about to save")
        save_project(path, versions[1 - before])
        os.write(writer, b", saved")
        time.sleep(60)
    os.read(reader, 13)
    time.sleep(reach * generator.random())
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(writer)
    within = not os.read(reader, 7)
    reach *= 1.05 if within else 0.95
    outcome["within"] += within
    os.close(reader)
    outcome["old" if present() == before else "new"] += 1
    outcome["half_written"] += len(atomic.temporary_files(path)) > beside
atomic.ABANDONED = 0.0
save_project(path, versions[0])
print(json.dumps({**outcome, "left": os.listdir(path.parent)}))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
def test_killed_two_hundred_times_while_saving_the_file_is_the_old_or_the_new_one(tmp_path: Path):
    """A process that is about to save is killed at a random moment within the time that saving takes.

    The file is read after every kill, which fails for one that is broken, and holds exactly one of the two versions. The figures show
    that the kills fell where they hurt; what they left behind is cleared away by a later save.
    """
    support = Path(__file__).parents[1] / "support"
    command = [sys.executable, "-c", KILLED_WHILE_SAVING, str(tmp_path / "x.nnlab"), str(support), "200"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LIMIT)
    assert answer.returncode == 0, answer.stderr
    outcome = json.loads(answer.stdout)
    assert outcome["old"] + outcome["new"] == 200
    assert outcome["within"] >= 50 and outcome["old"] >= 25 and outcome["new"] >= 25 and outcome["half_written"] >= 3, outcome
    assert outcome["left"] == ["x.nnlab"]


def test_a_project_of_the_time_when_whole_nodes_were_frozen():
    """`fixtures/graph_format_2.nnlab` was written by that version: every parameter of its frozen nodes is frozen now."""
    graph = load_project(Path(__file__).parent / "fixtures" / "graph_format_2.nnlab").project.graph
    assert {node.id: node.frozen for node in graph if node.frozen} == {"dense_1": {"weight", "bias"}, "layer_norm_1": {"gain", "shift"}}
    assert graph["dense_2"].settings["bias"] is True


def test_what_is_frozen_of_a_node_survives_its_file(tmp_path: Path):
    project = small_project()
    graph = edits.configure(edits.freeze(project.graph, "dense_1", ["bias"]), "dense_2", bias=False)
    save_project(tmp_path / "p.nnlab", SavedProject(replace(project, graph=graph)))
    assert load_project(tmp_path / "p.nnlab").project.graph == graph
