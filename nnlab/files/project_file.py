"""Project files, `name.nnlab`: a zip archive that holds everything needed to go on elsewhere.

    project.json          graph, data, training settings, view, position of the run (`nnlab.files.schema`)
    weights.safetensors   parameters and the optimiser's moments, when the network was trained (`nnlab.files.weights`)
    initial.safetensors   what a run starts from, when that is not drawn from the seed (`nnlab.files.initial_weights`)
    preparation.json      what leads from raw columns to the network's inputs (`nnlab.core.fitted_preparation`)
    runs.json, runs.safetensors   the runs that ended before, with their curves and weights (`nnlab.files.kept_runs`)
    test.json             every evaluation on the test part (`nnlab.files.test_log`)
    data/<name>           a copy of the file that the data is read from; of images the pixels as they are used (`nnlab.images.packed`)
    adapters/<name>/      adapters in PEFT's layout, attached to the graph or kept for later (`nnlab.files.adapters`)
    thumbnail.png         a small picture of the window, when there is one

Loading takes everything or nothing: any fault raises before a value exists. Saving replaces the old file in one step
(`nnlab.core.atomic`). Nothing in a file is ever executed, and no path in it is ever followed.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path

import msgspec

from nnlab.core import fitted_preparation
from nnlab.core.atomic import write_atomically
from nnlab.core.errors import DataError, FileError, GraphError, NNLabError
from nnlab.core.memory import NotEnoughMemory
from nnlab.core.preparation import DataSettings, file_of, with_file
from nnlab.core.sizes import MEGABYTE
from nnlab.datasets.images import form_of
from nnlab.files import adapters, initial_weights, kept_runs, places, schema, test_log, weights
from nnlab.files.archive import read_archive, write_archive
from nnlab.files.project import Project, SavedProject
from nnlab.images.packed import SUFFIX as SUFFIX_OF_IMAGES
from nnlab.images.packed import pack
from nnlab.images.source import read_labelled
from nnlab.training.kept_runs import BUDGET

SUFFIX = ".nnlab"
PROJECT, WEIGHTS, THUMBNAIL, PREPARATION, DATA = (
    "project.json", "weights.safetensors", "thumbnail.png", "preparation.json", "data/",
)  # fmt: skip
MAX_TOTAL = 1536 * MEGABYTE
_LIMITS = {
    PROJECT: 32 * MEGABYTE, WEIGHTS: 1024 * MEGABYTE, initial_weights.ENTRY: 512 * MEGABYTE, THUMBNAIL: 8 * MEGABYTE,
    PREPARATION: 64 * MEGABYTE, test_log.NAME: 8 * MEGABYTE,
    kept_runs.NAMES: 64 * MEGABYTE, kept_runs.ARRAYS: 2 * BUDGET,
}  # fmt: skip
_MAX_DATA = 256 * MEGABYTE  # what the CSV reader takes at most
_PNG = b"\x89PNG\r\n\x1a\n"
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')


def save_project(path: Path | str, saved: SavedProject, *, with_data: bool = True, comment: bytes = b"") -> None:
    """Writes a project file. Raises FileError in one sentence; a file that was there is then unchanged.

    Without `with_data`, a CSV file is not copied into it but named by its path: quicker, and enough on the same computer.
    `comment` is kept behind the archive's directory, where programs that read projects do not look (`archive.read_comment`).
    """
    target = Path(path)
    entries = _entries(target, saved, with_data)  # first: what cannot be written leaves the disk alone
    write_atomically(target, lambda file: write_archive(file, entries, comment))


def load_project(path: Path | str) -> SavedProject:
    """Reads a project file.

    Raises FileError when the file is damaged, incomplete, unsafe or of a newer version, GraphError or SettingError when what it
    describes does not exist; each names the file and what is wrong with it.
    """
    source = Path(path)
    try:
        return _load(source)
    except NNLabError as error:
        raise named(error, source.name or str(source)) from error


def named(error: NNLabError, name: str) -> NNLabError:
    """The same error with the file's name before its sentence."""
    sentence = str(error).rstrip(".")
    text = f"{name}: {sentence}" if sentence.endswith("?") else f"{name}: {sentence}."
    return GraphError(text, error.node_id) if isinstance(error, GraphError) else type(error)(text)


def _entries(path: Path, saved: SavedProject, with_data: bool) -> dict[str, bytes]:
    """The entries of the archive; raises FileError when they could not be read again."""
    project = saved.project
    try:
        snapshot = None if saved.snapshot is None else weights.fitted(saved.snapshot, project)
    except (NotEnoughMemory, MemoryError):  # a network without room for weights has none
        snapshot = None
    entries = {}
    data_path, data = _data_to_save(project.data, with_data)
    try:
        text = schema.encode(project, saved.view, None if snapshot is None else snapshot.context, data_path, len(saved.runs))
        schema.decode(text)
        entries[PROJECT] = text
        attached = {} if snapshot is None else adapters.attached(project.graph, snapshot.parameters)
        kept = adapters.encode(adapters.together(project.adapters, attached))
        decoded = adapters.decode([*project.adapters, *attached], kept)
        entries |= kept
        if project.initial is not None:
            entries[initial_weights.ENTRY] = initial_weights.encode(project.initial)
            initial_weights.decode(initial_weights.part_of(project.initial), entries[initial_weights.ENTRY])
        if snapshot is not None:
            elsewhere = adapters.values(project.graph, decoded, list(attached))
            entries[WEIGHTS] = weights.encode(snapshot, elsewhere)
            weights.decode(entries[WEIGHTS], project, snapshot.context, elsewhere)
        own = project.data.settings.get("path")
        kept = kept_runs.encode(saved.runs, lambda settings: data_path if settings.settings.get("path") == own else None)
        kept_runs.decode(kept.get(kept_runs.NAMES), kept.get(kept_runs.ARRAYS), len(saved.runs))
        entries |= kept
    except (NNLabError, msgspec.MsgspecError) as error:
        raise FileError(f"{path} was not saved, because it could not be opened again: {str(error).rstrip('.')}.") from error
    entries |= test_log.encode(saved.runs.tests)
    if data_path is not None and data is not None:
        entries[data_path] = data
    if saved.preparation is not None:
        entries[PREPARATION] = fitted_preparation.encode(saved.preparation)
    if saved.thumbnail is not None:
        entries[THUMBNAIL] = saved.thumbnail
    return entries


def _data_to_save(data: DataSettings, copied: bool) -> tuple[str | None, bytes | None]:
    """(path to write into project.json, content of the copy to put there); a None is nothing to write.

    A file that is gone by now does not keep the rest from being saved: the project then says where it was.
    """
    path = file_of(data)
    if not path:
        return None, None
    if data.name == "images" and copied:
        packed = _packed_images(data, Path(path))
        if packed is not None:
            return packed
    source = Path(path).expanduser().absolute()
    try:
        if copied and source.is_file() and source.stat().st_size <= _MAX_DATA:
            return DATA + _safe_name(source.name), source.read_bytes()
    except OSError:
        pass  # as good as gone
    return str(source), None


def _packed_images(data: DataSettings, path: Path) -> tuple[str, bytes] | None:
    """Images in the size they are used in, as one file; None for those that cannot be read any more, or are too many to be copied."""
    form = form_of(data.settings)
    try:
        found = read_labelled(path.expanduser(), str(data.settings.get("labels", "")), form)
    except DataError:  # as good as gone
        return None
    if found.pixels.nbytes > _MAX_DATA // 2:  # the rest is room for names
        return None
    return DATA + _safe_name(path.name.removesuffix(SUFFIX_OF_IMAGES) + SUFFIX_OF_IMAGES), pack(found)


def _safe_name(name: str) -> str:
    """A file name that every system accepts."""
    stem = _UNSAFE.sub("_", name)[-100:].strip(". ")
    return stem or "data.csv"


def _limit_of(name: str) -> int | None:
    if name.startswith(DATA) and name.removeprefix(DATA) == _safe_name(name.removeprefix(DATA)):
        return _MAX_DATA
    return _LIMITS.get(name) or adapters.limit_of(name)


def _load(path: Path) -> SavedProject:
    entries = read_archive(path, _limit_of, MAX_TOTAL)
    text = entries.get(PROJECT)
    if text is None:
        raise FileError("there is no project.json inside; this is not an NN Lab project")
    document = schema.decode(text)
    contents = {name: content for name, content in entries.items() if content is not None}
    for name in entries:
        if name not in contents:
            raise FileError(f"the entry {name[:80]!r} does not belong to a project")
    data_entries = [name for name in contents if name.startswith(DATA)]
    if (WEIGHTS in contents) != (document.context is not None):
        lost = "the weights are" if document.context is not None else "the position of the run is"
        raise FileError(f"{lost} missing; use an undamaged copy")
    thumbnail = contents.get(THUMBNAIL)
    if thumbnail is not None and not thumbnail.startswith(_PNG):
        raise FileError("thumbnail.png is not an image")
    graph = document.project.graph
    attached = adapters.in_entries(graph, document.adapters, contents) if document.context is not None else []
    decoded = adapters.decode([*document.adapters, *attached], contents)
    project = replace(
        document.project, adapters={name: decoded[name] for name in document.adapters},
        initial=initial_weights.decode(document.initial, contents.get(initial_weights.ENTRY)),
    )  # fmt: skip
    elsewhere = adapters.values(graph, decoded, attached)
    snapshot = None if document.context is None else weights.decode(contents[WEIGHTS], project, document.context, elsewhere)
    preparation = fitted_preparation.decode(contents[PREPARATION]) if PREPARATION in contents else None
    found = _with_data(project, data_entries, contents)

    def local(other: Project) -> Project:
        """A run on the same data file finds it where the project does."""
        if not data_entries or other.data.settings.get("path") != data_entries[0]:
            return other
        return replace(other, data=replace(other.data, settings={**other.data.settings, "path": found.data.settings["path"]}))

    runs = kept_runs.decode(contents.get(kept_runs.NAMES), contents.get(kept_runs.ARRAYS), document.runs, local)
    runs = replace(runs, tests=test_log.decode(contents.get(test_log.NAME)))
    return SavedProject(found, snapshot, thumbnail, document.view, preparation, runs)


def _with_data(project: Project, entries: list[str], contents: dict[str, bytes]) -> Project:
    """The project with its data file unpacked to the person's own folder, under a name made from its content."""
    data = project.data
    place = file_of(data)
    if entries != ([place] if place.startswith(DATA) else []):
        raise FileError("its data file does not match its description in project.json; use an undamaged copy")
    if not entries:
        return project
    content = contents[place]
    unpacked = places.unpacked_data() / hashlib.sha256(content).hexdigest()[:16] / place.removeprefix(DATA)
    if not (unpacked.is_file() and unpacked.read_bytes() == content):
        try:
            unpacked.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FileError(f"its data cannot be unpacked to {unpacked.parent}: {error.strerror}") from error
        write_atomically(unpacked, lambda file: file.write(content))
    return replace(project, data=with_file(data, str(unpacked)))
