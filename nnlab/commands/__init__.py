"""Commands of the command line, one file each; `nnlab.cli` adds them to `nnlab`. Nothing heavy is imported before a command runs."""
