"""Compiled code: the one place where numba is imported.

Three kinds of compiled function exist:

* `@kernel` functions are the bodies of operators and optimisers, written as plain loops. They are generic
  in the floating-point type: a literal such as `0.5` takes the type of the kernel's first argument, so one
  text serves float32 training and float64 checking (numba alone would compute float32 * 0.5 in float64).
* `adapter(...)` turns a kernel into a C function `void(arena, operands, context)` at a fixed address. The
  machine calls operators through such addresses, so a new operator never recompiles the machine, and an
  edited graph never compiles anything.
* `@compiled` functions have explicit signatures and live in numba's disk cache: the machine itself, the
  edge rasteriser.

The disk cache of numba does not notice changes in functions imported from another file (numba issue 1833), so compiled code
is kept by `code_cache`, under a hash of all that it depends on, in a folder named by a hash of this package.
`NNLAB_CACHE` moves the cache; by default it lies in the user's cache folder.
"""

from nnlab.core.kernel.adapter import Adapter, Argument, adapter
from nnlab.core.kernel.cache import cache_folder
from nnlab.core.kernel.code_cache import module_is_compiled
from nnlab.core.kernel.decorators import as_real, compiled, compiled_as_annotated, compiled_listeners, inlined, kernel
from nnlab.core.kernel.threads import look_with, train_with

__all__ = [
    "Adapter", "Argument", "adapter", "as_real", "cache_folder", "compiled", "compiled_as_annotated", "compiled_listeners",
    "inlined", "kernel", "look_with", "module_is_compiled", "train_with",
]  # fmt: skip
