"""The systems that are compared, one module each, every one run in a process of its own.

A module has `NAME`, `versions()`, `supports(workload)` and `prepare(workload, threads)`, which returns a function that trains for a number
of whole epochs and returns when they are done. `python -m nnlab.bench.systems NAME THREADS` answers requests on standard input, one JSON
line each, so that the systems can take turns while only one of them works.
"""
