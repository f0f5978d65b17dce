"""Numbers too small for full precision are taken as 0 while the machine runs.

A network that has learned its data well has gradients and moments that shrink towards nothing; below 1.2e-38 (float32) every
operation on them takes many times longer on common processors. Nothing of weight is lost: PyTorch offers the same
(torch.set_flush_denormal). The mode belongs to the thread and is put back when the machine returns.
"""

from __future__ import annotations

import platform

from nnlab.core.kernel.cache import cache_folder  # noqa: F401  isort:skip
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

_FLUSH = 0x8040  # MXCSR: flush results to zero, take operands as zero
_IS_X86 = platform.machine().lower() in ("x86_64", "amd64")


def _call(builder, name, pointer):  # type: ignore[no-untyped-def]
    byte_pointer = ir.IntType(8).as_pointer()
    function = cgutils.get_or_insert_function(builder.module, ir.FunctionType(ir.VoidType(), [byte_pointer]), name)
    builder.call(function, [builder.bitcast(pointer, byte_pointer)])


@intrinsic
def flush_denormals(typing):  # type: ignore[no-untyped-def]
    """Switches the mode on; returns the mode before, for `restore_denormals`. Other processors than x86 keep theirs."""

    def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        word = ir.IntType(32)
        if not _IS_X86:
            return ir.Constant(word, 0)
        slot = cgutils.alloca_once(builder, word)
        _call(builder, "llvm.x86.sse.stmxcsr", slot)
        before = builder.load(slot)
        builder.store(builder.or_(before, ir.Constant(word, _FLUSH)), slot)
        _call(builder, "llvm.x86.sse.ldmxcsr", slot)
        return before

    return types.int32(), build


@intrinsic
def restore_denormals(typing, before):  # type: ignore[no-untyped-def]
    def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        if _IS_X86:
            slot = cgutils.alloca_once(builder, ir.IntType(32))
            builder.store(arguments[0], slot)
            _call(builder, "llvm.x86.sse.ldmxcsr", slot)
        return context.get_dummy_value()

    return types.void(types.int32), build
