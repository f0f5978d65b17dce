"""Products of matrices so small that a call of BLAS takes longer than the work: 10x8x8 in 27 ns instead of 70.

Eight columns of the result are one vector of the processor; every number of the left matrix is spread over it and multiplied with eight
neighbours of the right one, for a few rows of the result at once. Every sum is formed in the order of its terms. From about a thousand
multiplications on, BLAS is faster.
"""

from __future__ import annotations

from nnlab.core.kernel.cache import cache_folder  # noqa: F401  isort:skip
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic
from numba.np import arrayobj

LANES = 8
ROWS = 4  # of the result at once: their sums grow beside one another, none of them waits for the addition before
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
        totals = [cgutils.alloca_once(builder, vector) for _ in range(ROWS)]

        def eight(data, place):  # type: ignore[no-untyped-def]
            return builder.bitcast(builder.gep(data, [place]), vector.as_pointer())

        def block(first, column, count):  # type: ignore[no-untyped-def]
            """`count` rows of the result, from `first` on, and eight columns: a vector of the right matrix serves them all."""
            own = [builder.add(first, ir.Constant(_WORD, k)) for k in range(count)]
            places = [eight(result.data, builder.add(builder.mul(row, columns), column)) for row in own]
            with builder.if_else(arguments[4]) as (added, fresh):
                with added:
                    for total, place in zip(totals, places, strict=False):
                        builder.store(builder.load(place, align=item), total)
                with fresh:
                    for total, _ in zip(totals, places, strict=False):
                        builder.store(ir.Constant(vector, [0.0] * LANES), total)
            with cgutils.for_range(builder, inner, intp=_WORD) as k:
                other = builder.load(eight(right.data, builder.add(builder.mul(k.index, columns), column)), align=item)
                for total, row in zip(totals, own, strict=False):
                    at = builder.add(builder.mul(row, row_step), builder.mul(k.index, inner_step))
                    factor = builder.insert_element(undefined, builder.load(builder.gep(left.data, [at])), ir.Constant(lane, 0))
                    spread = builder.shuffle_vector(factor, undefined, same)
                    # `contract` lets a multiplication and an addition be rounded once, as BLAS does; no NaN is hidden by it.
                    product = builder.fmul(spread, other, flags=("contract",))
                    builder.store(builder.fadd(builder.load(total), product, flags=("contract",)), total)
            for total, place in zip(totals, places, strict=False):
                builder.store(builder.load(total), place, align=item)

        nothing, several = ir.Constant(_WORD, 0), ir.Constant(_WORD, ROWS)
        whole = builder.mul(builder.udiv(rows, several), several)
        with cgutils.for_range_slice(builder, nothing, columns, ir.Constant(_WORD, LANES), intp=_WORD) as (column, _):
            with cgutils.for_range_slice(builder, nothing, whole, several, intp=_WORD) as (row, _):
                block(row, column, ROWS)
            with cgutils.for_range_slice(builder, whole, rows, one, intp=_WORD) as (row, _):
                block(row, column, 1)
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


# By which eight vectors become their transpose in three rounds: pairs of vectors that far apart, the numbers that go to the one and to the
# other (0 to 7 are the first vector's, 8 to 15 the second's).
_ROUNDS = (
    (1, (0, 8, 2, 10, 4, 12, 6, 14), (1, 9, 3, 11, 5, 13, 7, 15)),
    (2, (0, 1, 8, 9, 4, 5, 12, 13), (2, 3, 10, 11, 6, 7, 14, 15)),
    (4, (0, 1, 2, 3, 8, 9, 10, 11), (4, 5, 6, 7, 12, 13, 14, 15)),
)


@intrinsic
def transposed(typing, a, out):  # type: ignore[no-untyped-def]
    """out = a^T, both contiguous, rows and columns multiples of `LANES`: whole vectors are read and written, never single numbers.

    A vector that is read just after its numbers were written one by one waits for all of them.
    """

    def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        source, result = (arrayobj.make_array(signature.args[i])(context, builder, arguments[i]) for i in range(2))
        real = context.get_data_type(signature.args[1].dtype)
        vector, item, lane = ir.VectorType(real, LANES), context.get_abi_sizeof(real), ir.IntType(32)
        rows, columns = cgutils.unpack_tuple(builder, source.shape, 2)
        eight = ir.Constant(_WORD, LANES)

        def place(data, row, row_length, column):  # type: ignore[no-untyped-def]
            at = builder.add(builder.mul(row, row_length), column)
            return builder.bitcast(builder.gep(data, [at]), vector.as_pointer())

        def next_to(start, k):  # type: ignore[no-untyped-def]
            return builder.add(start, ir.Constant(_WORD, k))

        with cgutils.for_range_slice(builder, ir.Constant(_WORD, 0), rows, eight, intp=_WORD) as (row, _):
            with cgutils.for_range_slice(builder, ir.Constant(_WORD, 0), columns, eight, intp=_WORD) as (column, _):
                vectors = [builder.load(place(source.data, next_to(row, k), columns, column), align=item) for k in range(LANES)]
                for apart, low, high in _ROUNDS:
                    for k in (k for k in range(LANES) if not k & apart):
                        pair = vectors[k], vectors[k + apart]
                        vectors[k], vectors[k + apart] = (
                            builder.shuffle_vector(*pair, ir.Constant(ir.VectorType(lane, LANES), list(chosen))) for chosen in (low, high)
                        )
                for k in range(LANES):
                    builder.store(vectors[k], place(result.data, next_to(column, k), rows, row), align=item)
        return context.get_dummy_value()

    return types.void(a, out), build
