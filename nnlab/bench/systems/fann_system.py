"""FANN 2.2 (Nissen 2003), the fast C library of small networks, called by its C interface.

Gradients of a batch and a plain step along them ("batch" training of its manual) is the one rule it shares with a workload: W1. Its loop
stays in C and goes over one batch again and again: it neither shuffles nor gathers, which is to its advantage.
The library comes with the Python package cynn, or from the system (`libfann.so`, `libfloatfann.so`).
"""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Callable
from importlib.util import find_spec

import numpy as np

from nnlab.bench.systems.workloads import LEARNING_RATE, Workload

NAME = "FANN"
# Of fann_data.h
TRAIN_BATCH, LINEAR, SIGMOID_SYMMETRIC = 1, 0, 5


def library_file() -> str | None:
    """Where the C library is, None without one."""
    spec = find_spec("cynn.fann") if find_spec("cynn") else None
    return spec.origin if spec else ctypes.util.find_library("floatfann") or ctypes.util.find_library("fann")


def _library() -> ctypes.CDLL:
    found = library_file()
    assert found is not None  # asked for before
    library = ctypes.PyDLL(found) if found.endswith("so") and "cpython" in found else ctypes.CDLL(found)
    pointer, number, real = ctypes.c_void_p, ctypes.c_uint, ctypes.c_float
    for name, result, arguments in (
        ("fann_create_standard_array", pointer, (number, pointer)),
        ("fann_set_training_algorithm", None, (pointer, ctypes.c_int)),
        ("fann_set_activation_function_hidden", None, (pointer, ctypes.c_int)),
        ("fann_set_activation_function_output", None, (pointer, ctypes.c_int)),
        ("fann_set_activation_steepness_hidden", None, (pointer, real)),
        ("fann_set_activation_steepness_output", None, (pointer, real)),
        ("fann_set_learning_rate", None, (pointer, real)),
        ("fann_create_train_array", pointer, (number, number, pointer, number, pointer)),
        ("fann_train_on_data", None, (pointer, pointer, number, number, real)),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def versions() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return {"fann": f"2.2 in cynn {version('cynn')}"}
    except PackageNotFoundError:
        return {"fann": "of the system"}


def supports(workload: Workload) -> bool:
    return workload.hidden is not None and workload.optimizer == "sgd" and workload.activation == "tanh" and workload.loss == "mse"


def prepare(workload: Workload, threads: int) -> Callable[[int], None]:
    library = _library()
    sizes = np.array((workload.features, *(workload.hidden or ()), workload.outputs), dtype=np.uint32)
    network = library.fann_create_standard_array(len(sizes), sizes.ctypes.data)
    library.fann_set_training_algorithm(network, TRAIN_BATCH)
    library.fann_set_activation_function_hidden(network, SIGMOID_SYMMETRIC)
    library.fann_set_activation_function_output(network, LINEAR)
    library.fann_set_activation_steepness_hidden(network, 1.0)
    library.fann_set_activation_steepness_output(network, 1.0)
    library.fann_set_learning_rate(network, LEARNING_RATE)
    x, y = (np.ascontiguousarray(part[: workload.batch], dtype=np.float32) for part in workload.data())
    batch = library.fann_create_train_array(len(x), x.shape[1], x.ctypes.data, y.shape[1], y.ctypes.data)
    steps = -(-workload.samples // workload.batch)

    def train(epochs: int) -> None:
        library.fann_train_on_data(network, batch, epochs * steps, 0, 0.0)

    return train
