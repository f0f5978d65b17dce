"""Products of matrices so small that a call of BLAS takes longer than the work: 10x8x8 in 27 ns instead of 70.

Eight columns of the result are one vector of the processor; every number of the left matrix is spread over it and multiplied with eight
neighbours of the right one. From about a thousand multiplications on, BLAS is faster.
"""

from __future__ import annotations

from nnlab.core.kernel.cache import cache_folder  # noqa: F401  isort:skip
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic
from numba.np import arrayobj

LANES = 8
MOST = 1024  # multiplications
ROOM = 256  # elements of a matrix on the stack

_WORD = ir.IntType(64)


@intrinsic
def small_product(typing, a, b, out, transpose_a, keep):  # type: ignore[no-untyped-def]
    """out = op(a) @ b, or += with `keep`; the columns of `out` must be a multiple of `LANES`. All three are contiguous."""

    def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        left, right, result = (arrayobj.make_array(signature.args[i])(context, builder, arguments[i]) for i in range(3))
        real = context.get_data_type(signature.args[2].dtype)
        vector, item = ir.VectorType(real, LANES), context.get_abi_sizeof(real)
        a_rows, a_columns = cgutils.unpack_tuple(builder, left.shape, 2)
        rows, columns = cgutils.unpack_tuple(builder, result.shape, 2)
        one = ir.Constant(_WORD, 1)
        inner = builder.select(arguments[3], a_rows, a_columns)
        row_step, inner_step = builder.select(arguments[3], one, a_columns), builder.select(arguments[3], a_columns, one)
        undefined, lane = ir.Constant(vector, ir.Undefined), ir.IntType(32)
        same = ir.Constant(ir.VectorType(lane, LANES), [0] * LANES)
        total = cgutils.alloca_once(builder, vector)

        def eight(data, place):  # type: ignore[no-untyped-def]
            return builder.bitcast(builder.gep(data, [place]), vector.as_pointer())

        with cgutils.for_range_slice(builder, ir.Constant(_WORD, 0), columns, ir.Constant(_WORD, LANES), intp=_WORD) as (column, _):
            with cgutils.for_range(builder, rows, intp=_WORD) as row:
                place = eight(result.data, builder.add(builder.mul(row.index, columns), column))
                with builder.if_else(arguments[4]) as (added, fresh):
                    with added:
                        builder.store(builder.load(place, align=item), total)
                    with fresh:
                        builder.store(ir.Constant(vector, [0.0] * LANES), total)
                with cgutils.for_range(builder, inner, intp=_WORD) as k:
                    at = builder.add(builder.mul(row.index, row_step), builder.mul(k.index, inner_step))
                    factor = builder.insert_element(undefined, builder.load(builder.gep(left.data, [at])), ir.Constant(lane, 0))
                    spread = builder.shuffle_vector(factor, undefined, same)
                    other = builder.load(eight(right.data, builder.add(builder.mul(k.index, columns), column)), align=item)
                    # `contract` lets a multiplication and an addition be rounded once, as BLAS does; no NaN is hidden by it.
                    product = builder.fmul(spread, other, flags=("contract",))
                    builder.store(builder.fadd(builder.load(total), product, flags=("contract",)), total)
                builder.store(builder.load(total), place, align=item)
        return context.get_dummy_value()

    return types.void(a, b, out, types.boolean, types.boolean), build


@intrinsic
def on_stack(typing, like, rows, columns):  # type: ignore[no-untyped-def]
    """An uninitialised matrix of up to `ROOM` elements, of the type of `like`, that lives until the kernel returns."""
    array_type = types.Array(like.dtype, 2, "C")

    def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        real = context.get_data_type(like.dtype)
        room = builder.bitcast(cgutils.alloca_once(builder, ir.ArrayType(real, ROOM)), real.as_pointer())
        size = context.get_constant(types.intp, context.get_abi_sizeof(real))
        array = arrayobj.make_array(array_type)(context, builder)
        rows, columns = arguments[1:]
        arrayobj.populate_array(
            array, data=room, shape=[rows, columns], strides=[builder.mul(columns, size), size], itemsize=size, meminfo=None, parent=None
        )
        return array._getvalue()

    return array_type(like, types.int64, types.int64), build
