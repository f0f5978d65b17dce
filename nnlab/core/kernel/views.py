"""Array views over a bare pointer, made inside compiled code.

`arena[a:b].reshape(n, m)` costs about 90 ns in numba because of reference counts; these intrinsics make the
same view in a few nanoseconds: an array structure over the arena's pointer that owns nothing. The arena
must outlive the call, which the machine's caller guarantees.
"""

from __future__ import annotations

import platform
import sys

from nnlab.core.kernel.cache import cache_folder  # noqa: F401  isort:skip
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic
from numba.np import arrayobj

CACHE_LINE = 64  # bytes
_IS_LINUX = sys.platform == "linux"
NAP_MICROSECONDS = 50
_IS_X86 = platform.machine().lower() in ("x86_64", "amd64", "i686")


def _populate(context, builder, array_type, pointer, offset, shape):  # type: ignore[no-untyped-def]
    item = context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(array_type.dtype)))
    array = arrayobj.make_array(array_type)(context, builder)
    strides = [item]
    for length in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], length))
    arrayobj.populate_array(
        array, data=builder.gep(pointer, [offset]), shape=shape, strides=strides, itemsize=item, meminfo=None, parent=None
    )
    return array._getvalue()


@intrinsic
def view1(typing, pointer, offset, size):  # type: ignore[no-untyped-def]
    """The `size` elements from `offset` on as a vector."""
    array_type = types.Array(pointer.dtype, 1, "C")

    def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return _populate(context, builder, array_type, arguments[0], arguments[1], list(arguments[2:]))

    return array_type(pointer, types.int64, types.int64), build


@intrinsic
def view2(typing, pointer, offset, rows, columns):  # type: ignore[no-untyped-def]
    """A row-major matrix (rows, columns) from `offset` on."""
    array_type = types.Array(pointer.dtype, 2, "C")

    def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return _populate(context, builder, array_type, arguments[0], arguments[1], list(arguments[2:]))

    return array_type(pointer, types.int64, types.int64, types.int64), build


@intrinsic
def view3(typing, pointer, offset, planes, rows, columns):  # type: ignore[no-untyped-def]
    """A row-major array (planes, rows, columns) from `offset` on."""
    array_type = types.Array(pointer.dtype, 3, "C")

    def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return _populate(context, builder, array_type, arguments[0], arguments[1], list(arguments[2:]))

    return array_type(pointer, types.int64, types.int64, types.int64, types.int64), build


@intrinsic
def view4(typing, pointer, offset, first, planes, rows, columns):  # type: ignore[no-untyped-def]
    """A row-major array (first, planes, rows, columns) from `offset` on."""
    array_type = types.Array(pointer.dtype, 4, "C")

    def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return _populate(context, builder, array_type, arguments[0], arguments[1], list(arguments[2:]))

    return array_type(pointer, types.int64, types.int64, types.int64, types.int64, types.int64), build


@intrinsic
def call_address(typing, address, arena, operands, first_operand, context_array):  # type: ignore[no-untyped-def]
    """Calls the C function at `address` with pointers to the arena, to `operands[first_operand]` and to the context.

    An indirect call of a few nanoseconds. It compiles once for any number of operators, unlike a generated
    chain of comparisons (which recompiles with every new operator) and a tuple of first-class functions
    (whose type holds their number, and whose unboxing costs 0.6 ms each time Python enters the machine).
    """

    def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        target, arena_value, operands_value, first, context_value = arguments
        arena_pointer = arrayobj.make_array(signature.args[1])(context, builder, arena_value).data
        operand_pointer = arrayobj.make_array(signature.args[2])(context, builder, operands_value).data
        context_pointer = arrayobj.make_array(signature.args[4])(context, builder, context_value).data
        operand_pointer = builder.gep(operand_pointer, [first])
        function_type = ir.FunctionType(ir.VoidType(), [arena_pointer.type, operand_pointer.type, context_pointer.type])
        function = builder.inttoptr(target, function_type.as_pointer())
        builder.call(function, [arena_pointer, operand_pointer, context_pointer])
        return context.get_dummy_value()

    return types.void(address, arena, operands, types.int64, context_array), build


@intrinsic
def load_volatile(typing, array, index):  # type: ignore[no-untyped-def]
    """`array[index]` read afresh each time: the compiler may not hoist it out of a loop (another thread writes it)."""

    def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        data = arrayobj.make_array(signature.args[0])(context, builder, arguments[0]).data
        pointer = builder.gep(data, [arguments[1]])
        return builder.load_atomic(pointer, ordering="acquire", align=8)

    return types.int64(array, types.int64), build


@intrinsic
def store_release(typing, array, index, value):  # type: ignore[no-untyped-def]
    """`array[index] = value`, visible to other threads only after everything written before it."""

    def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        data = arrayobj.make_array(signature.args[0])(context, builder, arguments[0]).data
        pointer = builder.gep(data, [arguments[1]])
        builder.store_atomic(arguments[2], pointer, ordering="release", align=8)
        return context.get_dummy_value()

    return types.void(array, types.int64, types.int64), build


@intrinsic
def exchange_if(typing, array, index, expected, value):  # type: ignore[no-untyped-def]
    """Sets `array[index]` to `value` if it is `expected`, in one go among all threads; whether it was."""

    def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        data = arrayobj.make_array(signature.args[0])(context, builder, arguments[0]).data
        pointer = builder.gep(data, [arguments[1]])
        found = builder.cmpxchg(pointer, arguments[2], arguments[3], ordering="acq_rel", failordering="acquire")
        return builder.extract_value(found, 1)

    return types.boolean(array, types.int64, types.int64, types.int64), build


@intrinsic
def pause(typing):  # type: ignore[no-untyped-def]
    """Tells the processor that this thread spins; on other processors than x86 nothing."""

    def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        if _IS_X86:
            function = cgutils.get_or_insert_function(builder.module, ir.FunctionType(ir.VoidType(), []), "llvm.x86.sse2.pause")
            builder.call(function, [])
        return context.get_dummy_value()

    return types.void(), build


@intrinsic
def nap(typing):  # type: ignore[no-untyped-def]
    """Gives this thread's processor away for a moment, on Linux; elsewhere nothing."""

    def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        if _IS_LINUX:
            word = ir.IntType(32)
            function = cgutils.get_or_insert_function(builder.module, ir.FunctionType(word, [word]), "usleep")
            builder.call(function, [ir.Constant(word, NAP_MICROSECONDS)])
        return context.get_dummy_value()

    return types.void(), build


@intrinsic
def copy_elements(typing, target, target_start, source, source_start, count):  # type: ignore[no-untyped-def]
    """Copies `count` elements between two arrays by their flat positions; nothing is checked."""

    def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        target_data = arrayobj.make_array(signature.args[0])(context, builder, arguments[0]).data
        source_data = arrayobj.make_array(signature.args[2])(context, builder, arguments[2]).data
        size = context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(target.dtype)))
        to, origin, elements = builder.gep(target_data, [arguments[1]]), builder.gep(source_data, [arguments[3]]), arguments[4]
        few = builder.icmp_signed("<", elements, ir.Constant(elements.type, 16))
        with builder.if_else(few) as (then, otherwise):
            with then:  # less work than a call
                with cgutils.for_range(builder, elements) as loop:
                    builder.store(builder.load(builder.gep(origin, [loop.index])), builder.gep(to, [loop.index]))
            with otherwise:
                cgutils.raw_memcpy(builder, to, origin, elements, size)
        return context.get_dummy_value()

    return types.void(target, types.int64, source, types.int64, types.int64), build


@intrinsic
def prefetch_elements(typing, source, source_start, count):  # type: ignore[no-untyped-def]
    """Asks the processor to bring `count` elements, from a flat position on, into its cache; changes nothing."""

    def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        word, byte_pointer = ir.IntType(32), ir.IntType(8).as_pointer()
        data = arrayobj.make_array(signature.args[0])(context, builder, arguments[0]).data
        item = context.get_abi_sizeof(context.get_data_type(source.dtype))
        function = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(ir.VoidType(), [byte_pointer, word, word, word]), "llvm.prefetch.p0"
        )
        stop = builder.add(arguments[1], arguments[2])
        line = ir.Constant(ir.IntType(64), CACHE_LINE // item)
        with cgutils.for_range_slice(builder, arguments[1], stop, line, intp=ir.IntType(64)) as (place, _):
            address = builder.bitcast(builder.gep(data, [place]), byte_pointer)
            builder.call(function, [address, ir.Constant(word, 0), ir.Constant(word, 2), ir.Constant(word, 1)])
        return context.get_dummy_value()

    return types.void(source, types.int64, types.int64), build


def _without_owner(context, builder, kind, value):  # type: ignore[no-untyped-def]
    if isinstance(kind, types.Array):
        array = arrayobj.make_array(kind)(context, builder, value)
        array.meminfo = cgutils.get_null_value(array.meminfo.type)
        array.parent = cgutils.get_null_value(array.parent.type)
        return array._getvalue()
    if isinstance(kind, types.BaseTuple):  # type: ignore[attr-defined]
        for k, part in enumerate(kind):
            value = builder.insert_value(value, _without_owner(context, builder, part, builder.extract_value(value, k)), k)
    return value


@intrinsic
def borrowed(typing, structure):  # type: ignore[no-untyped-def]
    """The same structure with arrays that own nothing: passing them on counts no references, which would cost as much as a small step.

    The caller of the compiled function holds the arrays until it returns.
    """

    def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return _without_owner(context, builder, signature.args[0], arguments[0])

    return structure(structure), build
