"""What Qt's platform without a screen has to say about itself: nothing a person could act on."""

from __future__ import annotations

import sys

from PySide6.QtCore import QMessageLogContext, QtMsgType, qFormatLogMessage, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication

# Written for every window that is shown or raised; Qt gives these lines no category that could be turned off.
EXPECTED = ("This plugin does not support propagateSizeHints()", "This plugin does not support raise()")


def keep_offscreen_quiet() -> None:
    """Leaves those lines out where there is no screen; everything else Qt says is written as ever."""
    if QGuiApplication.platformName() != "offscreen":
        return

    def tell(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        if text not in EXPECTED:
            print(qFormatLogMessage(kind, context, text), file=sys.stderr)

    qInstallMessageHandler(tell)
