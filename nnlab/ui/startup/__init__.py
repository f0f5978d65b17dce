"""The first start: compiling kernels with a progress bar, and warming up beside the window."""
