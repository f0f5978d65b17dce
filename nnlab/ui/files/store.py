"""What the window remembers between starts: theme, layouts, recent files. One INI file in the user's folder.

Safety copies and spare locks live in the same folder (`nnlab.ui.files.autosave`, `nnlab.ui.files.lock`): whoever gives a window a store of
its own gives it all of these.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from nnlab.files.places import home

MOST_RECENT = 10


class Store:
    """Typed access to the remembered values, in the user's folder unless another is given."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or home()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._settings = QSettings(str(self.folder / "window.ini"), QSettings.Format.IniFormat)

    def text(self, key: str, default: str = "") -> str:
        return str(self._settings.value(key, default))

    def number(self, key: str, default: float) -> float:
        try:
            return float(self.text(key, str(default)))
        except ValueError:  # edited by hand
            return default

    def data(self, key: str) -> QByteArray | None:
        value = self._settings.value(key)
        return value if isinstance(value, QByteArray) else None

    def set(self, key: str, value: str | float | QByteArray) -> None:
        self._settings.setValue(key, value if isinstance(value, QByteArray) else str(value))

    def forget(self, key: str) -> None:
        self._settings.remove(key)

    @property
    def recent(self) -> tuple[Path, ...]:
        """Recently opened files that are there, newest first. One that is missing may be on a disk that comes back: it stays remembered."""
        return tuple(path for path in self._remembered() if path.is_file())

    def add_recent(self, path: Path) -> None:
        entries = [path.resolve(), *(p for p in self._remembered() if p != path.resolve())]
        self.set("recent", "\n".join(str(p) for p in entries[:MOST_RECENT]))

    def _remembered(self) -> list[Path]:
        return [Path(line) for line in self.text("recent").split("\n") if line]
