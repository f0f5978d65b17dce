"""The inner loops of a convolution whose window is 3 x 3 cells and moves by one, over images with a border of zeros.

An image with its border is one long vector: with rows of `row` cells, what a window sees in row i and column j lies i * row + j further on,
whatever its place. So many places are computed at once, for eight filters, from cells that are read where they lie; nothing is unfolded.
Places in the border on the right come along and are left out afterwards. What is read once is used for eight filters, and eight times two
sums stay in the registers of the processor (Zhang, Franchetti, Low, High Performance Zero-Memory Overhead Direct Convolutions (2018)).

`contract` is the only freedom the compiler is given: a multiplication and an addition may be rounded once. No NaN is hidden by it, and
every sum has one order.
"""

from __future__ import annotations

from nnlab.core.kernel.cache import cache_folder  # noqa: F401  isort:skip
import llvmlite.binding
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic
from numba.np import arrayobj

SIDE = 3
FILTERS = 8  # in one tile
BYTES = 64 if llvmlite.binding.get_host_cpu_features().get("avx512f") else 32  # of a vector: half as many registers hold half as much
VECTORS = 2 if BYTES == 64 else 1  # of places in one tile

_WORD, _LANE = ir.IntType(64), ir.IntType(32)


class _Vectors:
    """What both tiles need of vectors of one floating-point type."""

    def __init__(self, context, builder, dtype):  # type: ignore[no-untyped-def]
        self.context, self.builder, real = context, builder, context.get_data_type(dtype)
        self.item = context.get_abi_sizeof(real)
        self.lanes = BYTES // self.item
        self.type = ir.VectorType(real, self.lanes)
        self.zero = ir.Constant(self.type, [0.0] * self.lanes)
        self.mask = ir.VectorType(ir.IntType(1), self.lanes)
        self._numbers = ir.VectorType(_LANE, self.lanes)
        self._same = ir.Constant(self._numbers, [0] * self.lanes)
        self._name = f"v{self.lanes}f{8 * self.item}"

    def data(self, signature, arguments, *places):  # type: ignore[no-untyped-def]
        """Pointers to the first elements of those arguments that are arrays."""
        return [arrayobj.make_array(signature.args[k])(self.context, self.builder, arguments[k]).data for k in places]

    def sums(self, count):  # type: ignore[no-untyped-def]
        """So many vectors that the compiler keeps in registers."""
        return [cgutils.alloca_once(self.builder, self.type) for _ in range(count)]

    def _at(self, data, place):  # type: ignore[no-untyped-def]
        return self.builder.bitcast(self.builder.gep(data, [place]), self.type.as_pointer())

    def load(self, data, place):  # type: ignore[no-untyped-def]
        return self.builder.load(self._at(data, place), align=self.item)

    def store(self, value, data, place):  # type: ignore[no-untyped-def]
        self.builder.store(value, self._at(data, place), align=self.item)

    def spread(self, data, place):  # type: ignore[no-untyped-def]
        return self.spread_value(self.builder.load(self.builder.gep(data, [place])))

    def spread_value(self, value):  # type: ignore[no-untyped-def]
        undefined = ir.Constant(ir.VectorType(value.type, self.lanes), ir.Undefined)
        one = self.builder.insert_element(undefined, value, ir.Constant(_LANE, 0))
        return self.builder.shuffle_vector(one, undefined, self._same)

    def first(self, count):  # type: ignore[no-untyped-def]
        """The mask of the first `count` lanes."""
        lanes = ir.Constant(self._numbers, list(range(self.lanes)))
        return self.builder.icmp_signed("<", lanes, self.spread_value(self.builder.trunc(count, _LANE)))

    def load_masked(self, data, place, mask):  # type: ignore[no-untyped-def]
        pointer = self._at(data, place)
        kind = ir.FunctionType(self.type, [pointer.type, _LANE, self.mask, self.type])
        function = cgutils.get_or_insert_function(self.builder.module, kind, f"llvm.masked.load.{self._name}.p0")
        return self.builder.call(function, [pointer, ir.Constant(_LANE, self.item), mask, self.zero])

    def store_masked(self, value, data, place, mask):  # type: ignore[no-untyped-def]
        pointer = self._at(data, place)
        kind = ir.FunctionType(ir.VoidType(), [self.type, pointer.type, _LANE, self.mask])
        function = cgutils.get_or_insert_function(self.builder.module, kind, f"llvm.masked.store.{self._name}.p0")
        self.builder.call(function, [value, pointer, ir.Constant(_LANE, self.item), mask])

    def add_product(self, total, left, right):  # type: ignore[no-untyped-def]
        product = self.builder.fmul(left, right, flags=("contract",))
        self.builder.store(self.builder.fadd(self.builder.load(total), product, flags=("contract",)), total)


def _plus(builder, place, number):  # type: ignore[no-untyped-def]
    return builder.add(place, ir.Constant(_WORD, number)) if number else place


@intrinsic
def filter_tile(typing, images, start, place, row, plane, channels, weights, first, filters, out, out_row):  # type: ignore[no-untyped-def]
    """What eight filters from `first` on make of `VECTORS` vectors of places, from the flat `place` on, into rows of `out`.

    `images` (flat) holds from `start` on `channels` planes of `plane` cells in rows of `row`; `weights` is flat, its element
    (channel, i, j, filter) at ((channel * 3 + i) * 3 + j) * filters + filter.
    """

    def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        v = _Vectors(context, builder, signature.args[0].dtype)
        cells, factors, result = v.data(signature, arguments, 0, 6, 9)
        image, place, row, plane, channels, first, filters, out_row = (arguments[i] for i in (1, 2, 3, 4, 5, 7, 8, 10))
        sums = [v.sums(VECTORS) for _ in range(FILTERS)]
        for of_filter in sums:
            for total in of_filter:
                builder.store(v.zero, total)
        with cgutils.for_range(builder, channels, intp=_WORD) as channel:
            start = builder.add(builder.add(image, place), builder.mul(channel.index, plane))
            factor = builder.add(builder.mul(builder.mul(channel.index, ir.Constant(_WORD, SIDE * SIDE)), filters), first)
            for _ in range(SIDE):
                for j in range(SIDE):
                    seen = [v.load(cells, _plus(builder, start, j + k * v.lanes)) for k in range(VECTORS)]
                    for f in range(FILTERS):
                        weight = v.spread(factors, _plus(builder, factor, f))
                        for k in range(VECTORS):
                            v.add_product(sums[f][k], weight, seen[k])
                    factor = builder.add(factor, filters)
                start = builder.add(start, row)
        for f in range(FILTERS):
            target = builder.add(builder.mul(out_row, ir.Constant(_WORD, f)), place)
            for k in range(VECTORS):
                v.store(builder.load(sums[f][k]), result, _plus(builder, target, k * v.lanes))
        return context.get_dummy_value()

    word = types.int64
    return types.void(images, word, word, word, word, word, weights, word, word, out, word), build


@intrinsic
def weight_tile(  # type: ignore[no-untyped-def]
    typing, images, start, image, slopes, first, plane, upstream, count, places, sums, sums_start
):  # fmt: skip
    """Adds to 8 x 3 vectors of `sums`, from `sums_start` on, for each of eight filters and three neighbouring cells of the window the
    products of the filter's slopes with what the cell saw, over all `places` (a whole number of vectors) of `count` images.

    `images` and `slopes` are flat; the filters' slopes begin at `first` and lie `plane` apart; from one image to the next it is `image`
    cells and `upstream` slopes.
    """

    def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        v = _Vectors(context, builder, signature.args[0].dtype)
        cells, slopes, kept = v.data(signature, arguments, 0, 3, 9)
        start, image, first, plane, upstream, count, places, kept_start = (arguments[i] for i in (1, 2, 4, 5, 6, 7, 8, 10))
        totals = v.sums(FILTERS * SIDE)
        for k, total in enumerate(totals):
            builder.store(v.load(kept, _plus(builder, kept_start, k * v.lanes)), total)
        with cgutils.for_range(builder, count, intp=_WORD) as one:
            seen_here = builder.add(start, builder.mul(one.index, image))
            first_here = builder.add(first, builder.mul(one.index, upstream))
            with cgutils.for_range_slice(builder, ir.Constant(_WORD, 0), places, ir.Constant(_WORD, v.lanes), intp=_WORD) as (place, _):
                seen_from, line = builder.add(seen_here, place), builder.add(first_here, place)
                seen = [v.load(cells, _plus(builder, seen_from, j)) for j in range(SIDE)]
                for f in range(FILTERS):
                    slope = v.load(slopes, line)
                    for j in range(SIDE):
                        v.add_product(totals[f * SIDE + j], slope, seen[j])
                    line = builder.add(line, plane)
        for k, total in enumerate(totals):
            v.store(builder.load(total), kept, _plus(builder, kept_start, k * v.lanes))
        return context.get_dummy_value()

    word = types.int64
    return types.void(images, word, word, slopes, word, word, word, word, word, sums, word), build


@intrinsic
def add_row(typing, target, target_start, source, source_start, count, start, keep):  # type: ignore[no-untyped-def]
    """target = source + start for `count` neighbours of flat arrays, or target += source with `keep`.

    A row of an image is short: the compiler's own loop would take most of it one by one, so the last vector is masked.
    """

    def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        v = _Vectors(context, builder, signature.args[0].dtype)
        to, origin = v.data(signature, arguments, 0, 2)
        target_start, source_start, count, start, keep = (arguments[i] for i in (1, 3, 4, 5, 6))
        added = v.spread_value(start)

        def add(place, mask):  # type: ignore[no-untyped-def]
            there, here = builder.add(target_start, place), builder.add(source_start, place)
            value = v.load_masked(origin, here, mask)
            with builder.if_else(keep) as (on, anew):
                with on:
                    v.store_masked(builder.fadd(v.load_masked(to, there, mask), value), to, there, mask)
                with anew:
                    v.store_masked(builder.fadd(value, added), to, there, mask)

        whole = builder.and_(count, ir.Constant(_WORD, -v.lanes))
        everything = ir.Constant(v.mask, [True] * v.lanes)
        with cgutils.for_range_slice(builder, ir.Constant(_WORD, 0), whole, ir.Constant(_WORD, v.lanes), intp=_WORD) as (place, _):
            add(place, everything)
        with cgutils.if_unlikely(builder, builder.icmp_signed("<", whole, count)):
            add(whole, v.first(builder.sub(count, whole)))
        return context.get_dummy_value()

    word = types.int64
    return types.void(target, word, source, word, word, target.dtype, types.boolean), build
