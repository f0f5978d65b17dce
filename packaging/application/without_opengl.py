"""PyInstaller runs this before anything else: what pyqtgraph imports of Qt's OpenGL, without its 10 MB.

The window is painted by the processor. pyqtgraph imports both modules all the same, and derives a class from the one widget.
"""

import sys
import types


def _module(name, **names):
    module = types.ModuleType(name)
    vars(module).update(names)
    sys.modules[name] = module


class _Widget:
    """Stands for QOpenGLWidget where a class is derived from it."""

    def __mro_entries__(self, bases):
        from PySide6.QtWidgets import QWidget

        return (QWidget,)


_module("PySide6.QtOpenGL")
_module("PySide6.QtOpenGLWidgets", QOpenGLWidget=_Widget())
