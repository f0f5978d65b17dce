"""`python -m nnlab` is the command line."""

from nnlab.cli import main

if __name__ == "__main__":
    main()
