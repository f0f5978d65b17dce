"""Where the built application begins: the command line, in this process or in one that a sweep has started."""

import multiprocessing
import os
import sys

if __name__ == "__main__":
    multiprocessing.freeze_support()
    # Another application may have started this one: its libraries and settings of Python are none of ours.
    for name in ("PYTHONPATH", "PYTHONHOME", "QT_PLUGIN_PATH", "QT_QPA_PLATFORM_PLUGIN_PATH"):
        os.environ.pop(name, None)
    os.environ["TYPER_USE_RICH"] = "0"  # which is left out: help and errors are plain text here
    from nnlab.cli import main

    main(sys.argv[1:])
