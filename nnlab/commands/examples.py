"""`nnlab examples`: what ships with NN Lab."""

from __future__ import annotations


def list_examples() -> None:
    """Lists the examples that ship with NN Lab."""
    from nnlab.files.examples import examples

    width = max(len(example.name) for example in examples())
    for example in examples():
        print(f"{example.name:{width}}  {example.title}: {example.description}")
