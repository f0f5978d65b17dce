"""What every test may rely on: no window on anybody's screen, and nobody's settings touched.

`NNLAB_HOME` moves everything the app stores (settings, recent files, autosave, plug-ins) to a folder that lives as long as
the test run. The compiled kernels have a variable of their own, `NNLAB_CACHE`, and stay where they are: compiling them again
in every run would cost minutes and test nothing.
"""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import settings
from thoroughness import FUZZ_SEED, IS_NIGHTLY, cases
from watchdog import Watchdog

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before anything imports Qt

_home = tempfile.mkdtemp(prefix="nnlab-tests-")
os.environ["NNLAB_HOME"] = _home
os.environ["NNLAB_VERIFY"] = "1"  # every program that any test compiles is checked before it runs
atexit.register(shutil.rmtree, _home, ignore_errors=True)

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # started by `&` of a script: processes that tests interrupt would ignore it, too
    signal.signal(signal.SIGINT, signal.default_int_handler)

if sys.dont_write_bytecode:  # every process that a test starts would compile all sources again, which takes longer than most of them do
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = os.path.join(_home, "bytecode")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False

if IS_NIGHTLY:  # more cases of the same test take longer than pyproject.toml allows
    os.environ.setdefault("PYTEST_TIMEOUT", "7200")

# The first call of a kernel compiles or loads it: a deadline per example would measure that. What a change has to pass is the same for
# every change; other cases are found at night, and printed so that they can be tried again.
settings.register_profile("nnlab", deadline=None, derandomize=not IS_NIGHTLY, print_blob=True, max_examples=cases(40, 200))
settings.load_profile("nnlab")

gc.disable()  # until the tests are found, see pytest_collection_finish
BETWEEN = 1.0  # seconds from one collection to the next: what ten small tests leave takes as long to collect as what one does
_collected = [0.0]  # when the last one was

PATIENCE = 60_000  # milliseconds a test waits for what has to happen; on a machine with other work to do everything takes longer


_watchdog = Watchdog()


def pytest_configure() -> None:
    _watchdog.open()


@pytest.hookimpl(optionalhook=True)
def pytest_timeout_set_timer(item: pytest.Item, settings: Any) -> bool | None:
    """In place of a thread of its own for each test."""
    if settings.method != "thread":
        return None
    _watchdog.begin(item, settings)
    return True


@pytest.hookimpl(optionalhook=True)
def pytest_timeout_cancel_timer(item: pytest.Item) -> bool | None:
    _watchdog.end()
    return None  # and what another method has begun


def pytest_report_header() -> str:
    return f"nnlab: {'nightly' if IS_NIGHTLY else 'usual'} number of cases, NNLAB_FUZZ_SEED={FUZZ_SEED}"


@pytest.fixture
def qtbot(qapp: Any, request: pytest.FixtureRequest) -> Any:
    """pytest-qt's, but patient: a wait ends with what is waited for, and one in vain fails the test late rather than by chance."""
    from pytestqt.qtbot import QtBot

    class PatientBot(QtBot):
        def waitUntil(self, callback: Any, *, timeout: int = PATIENCE) -> None:
            super().waitUntil(callback, timeout=max(timeout, PATIENCE))

        def waitSignal(self, signal: Any, *, timeout: int = PATIENCE, **options: Any) -> Any:
            if options.get("raising", True):  # False: whether it comes is looked at afterwards, as `assertNotEmitted` does
                timeout = max(timeout, PATIENCE)
            return super().waitSignal(signal, timeout=timeout, **options)

        def waitSignals(self, signals: Any, *, timeout: int = PATIENCE, **options: Any) -> Any:
            return super().waitSignals(signals, timeout=max(timeout, PATIENCE), **options)

        def waitExposed(self, widget: Any, *, timeout: int = PATIENCE) -> Any:
            return super().waitExposed(widget, timeout=max(timeout, PATIENCE))

    return PatientBot(request)


def application() -> Any:
    """The Qt application of tests that have one."""
    core = sys.modules.get("PySide6.QtCore")
    return core.QCoreApplication.instance() if core is not None else None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown() -> Generator[None, object, object]:
    """Frees what a test has closed. Qt does so when an event loop runs, and most tests run none: thousands of dead widgets would
    be styled anew with every change of theme."""
    result = yield
    if (app := application()) is not None:
        app.sendPostedEvents(None, sys.modules["PySide6.QtCore"].QEvent.Type.DeferredDelete.value)
    return result


def pytest_runtest_logfinish() -> None:
    """Collects what a test has closed, as a timer does in a window that stays open; by now nobody holds its fixtures any more.

    Without it nothing is ever collected: beside an application the automatic collection is off (`nnlab.ui.run.garbage`), and most tests
    run no event loop in which the timer would come. It is the same call on the same thread, and does nothing where nothing is due.

    What is left while no session is open is libraries and tests; it is frozen, so that the next collection looks at the next test alone.
    Going through everything took a third of a second each time.
    """
    collector = getattr(application(), "nnlab_collector", None)
    if collector is None:
        return
    is_idle = collector._sessions == 0
    if (is_idle and collector._is_due) or time.monotonic() - _collected[0] > BETWEEN:
        collector.collect()
        if is_idle:
            collector.freeze_everything()
        _collected[0] = time.monotonic()


def pytest_collection_finish() -> None:
    """Thousands of tests are no garbage: nothing is collected while they are found, which took a third of the time, and full collections
    leave them out."""
    gc.freeze()
    gc.enable()


def pytest_unconfigure() -> None:
    _watchdog.close()


def pytest_sessionfinish() -> None:
    """Empties the clipboard: what a test copied would outlive the interpreter in Qt's own static memory, and abort the process."""
    widgets = sys.modules.get("PySide6.QtWidgets")
    if widgets is not None and widgets.QApplication.instance() is not None:
        widgets.QApplication.clipboard().clear()
        # Cycles that hold widgets are collected while there is an application; without one that ends the process.
        gc.collect()
        widgets.QApplication.sendPostedEvents(None, sys.modules["PySide6.QtCore"].QEvent.Type.DeferredDelete.value)
        gc.collect()
