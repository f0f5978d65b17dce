"""Matrix products, added to what is there or set: out += op(a) @ op(b), by BLAS for anything but the smallest shapes.

numba's own `np.dot(a, b, out)` overwrites `out`; gradients accumulate (fan-out just adds up), so this calls the
same BLAS routine with beta = 1 and without a temporary. The symbol `numba_xxgemm` is the helper through which
numba itself reaches SciPy's BLAS.
"""

from __future__ import annotations

from nnlab.core.kernel.cache import cache_folder  # noqa: F401  isort:skip
from nnlab.core.kernel import blas  # noqa: F401  isort:skip  (numba resolves BLAS through it at run time)
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic
from numba.np import arrayobj


@intrinsic
def _gemm(typing, a, b, out, transpose_a, transpose_b, keep):  # type: ignore[no-untyped-def]
    kind = {types.float32: "s", types.float64: "d"}[a.dtype]

    def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        left, right, result = (arrayobj.make_array(signature.args[i])(context, builder, arguments[i]) for i in range(3))
        byte, word, pointer = ir.IntType(8), ir.IntType(64), ir.IntType(8).as_pointer()
        left_shape = cgutils.unpack_tuple(builder, left.shape, 2)
        right_shape = cgutils.unpack_tuple(builder, right.shape, 2)
        rows, columns = cgutils.unpack_tuple(builder, result.shape, 2)
        transposed, plain = ir.Constant(byte, ord("t")), ir.Constant(byte, ord("n"))
        left_mode = builder.select(arguments[3], transposed, plain)
        right_mode = builder.select(arguments[4], transposed, plain)
        inner = builder.select(arguments[3], left_shape[0], left_shape[1])
        real = context.get_data_type(signature.args[0].dtype)
        left_row = _row_length(context, builder, signature.args[0], left)
        one = cgutils.alloca_once_value(builder, ir.Constant(real, 1.0))
        beta = cgutils.alloca_once_value(builder, builder.select(arguments[5], ir.Constant(real, 1.0), ir.Constant(real, 0.0)))
        arguments_type = [byte, byte, byte, word, word, word, pointer, pointer, word, pointer, word, pointer, pointer, word]
        function = cgutils.get_or_insert_function(builder.module, ir.FunctionType(ir.IntType(32), arguments_type), "numba_xxgemm")

        def raw(value):  # type: ignore[no-untyped-def]
            return builder.bitcast(value, pointer)

        # BLAS is column-major: a row-major C = A B is C^T = B^T A^T there, so the operands change places.
        builder.call(
            function,
            [ir.Constant(byte, ord(kind)), right_mode, left_mode, columns, rows, inner, raw(one), raw(right.data), right_shape[1],
             raw(left.data), left_row, raw(beta), raw(result.data), columns],
        )  # fmt: skip
        return context.get_dummy_value()

    return types.void(a, b, out, types.boolean, types.boolean, types.boolean), build


def _row_length(context, builder, kind, array):  # type: ignore[no-untyped-def]
    """From one row of a matrix to the next, in elements: more than its columns where it is some columns of another."""
    if kind.layout == "C":
        return cgutils.unpack_tuple(builder, array.shape, 2)[1]
    item = ir.Constant(ir.IntType(64), context.get_abi_sizeof(context.get_data_type(kind.dtype)))
    return builder.sdiv(cgutils.unpack_tuple(builder, array.strides, 2)[0], item)


from nnlab.core.kernel.decorators import kernel  # noqa: E402
from nnlab.core.kernel.small_products import LANES, MOST, ROOM, on_stack, small_product, transposed  # noqa: E402

SHORT = 16  # elements of a row: one cache line of float32


@kernel
def _is_small(rows, inner, columns):
    return columns % LANES == 0 and rows * inner * columns <= MOST


@kernel
def add_product(a, b, out):
    """out (n, m) += a (n, k) @ b (k, m)."""
    if _is_small(a.shape[0], a.shape[1], b.shape[1]):
        small_product(a, b, out, False, True)
    else:
        _gemm(a, b, out, False, False, True)


@kernel
def set_product(a, b, out):
    """out (n, m) = a (n, k) @ b (k, m); what `out` held is not read."""
    if _is_small(a.shape[0], a.shape[1], b.shape[1]):
        small_product(a, b, out, False, False)
    else:
        _gemm(a, b, out, False, False, False)


@kernel
def add_product_transposed(a, b, out):
    """out (n, m) += a (n, k) @ b (m, k)^T."""
    if _is_small(a.shape[0], a.shape[1], b.shape[0]) and b.size <= ROOM:
        turned = on_stack(b, b.shape[1], b.shape[0])
        if b.shape[1] % LANES == 0:
            transposed(b, turned)
        else:
            for i in range(b.shape[0]):
                for j in range(b.shape[1]):
                    turned[j, i] = b[i, j]
        small_product(a, turned, out, False, True)
    else:
        _gemm(a, b, out, False, True, True)


@kernel
def _is_small_when_turned(a, b):
    return _is_small(b.shape[1], a.shape[0], a.shape[1]) and a.shape[1] * b.shape[1] <= ROOM


@kernel
def _turned_product(a, b, out, keep):
    """out (n, m) = a (k, n)^T @ b (k, m), or += with `keep`, by way of its transpose, which has n columns."""
    turned = on_stack(b, b.shape[1], a.shape[1])
    small_product(b, a, turned, True, False)
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = out[i, j] + turned[j, i] if keep else turned[j, i]


@kernel
def add_transposed_product(a, b, out):
    """out (n, m) += a (k, n)^T @ b (k, m)."""
    if _is_small(a.shape[1], a.shape[0], b.shape[1]):
        small_product(a, b, out, True, True)
    elif _is_small_when_turned(a, b):
        _turned_product(a, b, out, True)
    else:
        _gemm(a, b, out, True, False, True)


@kernel
def set_transposed_product(a, b, out):
    """out (n, m) = a (k, n)^T @ b (k, m); what `out` held is not read."""
    if _is_small(a.shape[1], a.shape[0], b.shape[1]):
        small_product(a, b, out, True, False)
    elif _is_small_when_turned(a, b):
        _turned_product(a, b, out, False)
    else:
        _gemm(a, b, out, True, False, False)


@kernel
def add_rows(a, out):
    """out (m) += the sum of the rows of a (n, m); column by column where they are short, as in memory an addition waits for the last."""
    if out.size <= SHORT:
        for j in range(out.size):
            total = a.dtype.type(0)
            for n in range(a.shape[0]):
                total += a[n, j]
            out[j] += total
    else:
        for n in range(a.shape[0]):
            for j in range(out.size):
                out[j] += a[n, j]


@kernel
def product_of_columns(a, first, last, b, out, keep):
    """out (n, m) = a[:, first:last]^T @ b (k, m), or += with `keep`, where a is (k, more than n); for large products only."""
    _gemm(a[:, first:last], b, out, True, False, keep)
