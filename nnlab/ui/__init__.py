"""The window."""

from nnlab.ui.whole_exceptions import install

install()
