"""Arrow arrays as numpy arrays, whatever slice of a larger array they are; where nothing stands, zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from checker.engine.columns.frame import Values, ranges
from checker.engine.columns.truth import Flags, Indexes


def plain(array: pa.Array, wanted: pa.DataType) -> pa.Array:
    """The array in the type expected; texts in a dictionary stay there, lists are those of 32 bits."""
    found = array.type
    if pa.types.is_null(found):
        return pa.nulls(len(array), wanted)
    if pa.types.is_list(wanted) and pa.types.is_list(found):
        return array
    if pa.types.is_large_list(found):
        return array.cast(pa.list_(found.value_type))
    if found == wanted or pa.types.is_dictionary(found):
        return array
    return array.cast(wanted, safe=False)


def valid(array: pa.Array) -> Flags:
    """Where something stands."""
    if array.null_count == 0:
        return np.ones(len(array), np.bool_)
    return _bits(array.buffers()[0], array.offset, len(array)).astype(np.bool_)


def _bits(buffer: pa.Buffer | None, offset: int, length: int) -> Values:
    if buffer is None or not length:
        return np.zeros(length, np.uint8)
    first = offset // 8
    octets = np.frombuffer(buffer, np.uint8)[first : (offset + length + 7) // 8]
    return np.unpackbits(octets, bitorder="little")[offset - 8 * first :][:length]


def numbers(array: pa.Array) -> Values:
    """The numbers, days or truths of an array."""
    if pa.types.is_boolean(array.type):
        return _bits(array.buffers()[1], array.offset, len(array))
    kind = np.dtype(np.int32 if pa.types.is_date32(array.type) else array.type.to_pandas_dtype())
    buffer = array.buffers()[1]
    if buffer is None or not len(array):
        return np.zeros(len(array), kind)
    return np.frombuffer(buffer, kind, len(array), array.offset * kind.itemsize)


def texts(array: pa.Array) -> tuple[Indexes, list[Any]]:
    """The number of each text, and the texts that the numbers stand for; nothing has the number 0."""
    coded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    indices = coded.indices
    if indices.null_count:
        indices = pc.fill_null(indices, 0)
    return numbers(indices).astype(np.int64), coded.dictionary.to_pylist()


def parts(array: pa.Array) -> tuple[Indexes, Indexes, pa.Array]:
    """Where the items of each list start, how many they are, and all items one below the other."""
    offsets = numbers(array.offsets).astype(np.int64)
    if not len(array):
        return np.zeros(0, np.int64), np.zeros(0, np.int64), array.values.slice(0, 0)
    first, last = int(offsets[0]), int(offsets[-1])
    sizes = np.diff(offsets)
    if array.null_count:
        sizes = sizes * valid(array)
    return offsets[:-1] - first, sizes, array.values.slice(first, last - first)


def grouped(owners: Indexes, codes: Indexes, names: Sequence[Any]) -> Mapping[Any, Indexes]:
    """The owners of each name that stands anywhere."""
    order = np.argsort(codes, kind="stable")
    counts = np.bincount(codes, minlength=len(names))
    split = np.split(owners[order], np.cumsum(counts)[:-1]) if len(names) else []
    return {name: rows for name, rows in zip(names, split, strict=True) if len(rows)}


def coded(array: pa.Array, place: Mapping[str, int]) -> tuple[Indexes, Flags, list[Any]]:
    """The place of each text among those known, where it has none, and the texts that have none."""
    codes, found = texts(array)
    if not found:
        return codes, np.zeros(len(codes), np.bool_), []
    places = np.array([place.get(text, -1) for text in found], np.int64)
    unknown = [text for text, at in zip(found, places.tolist(), strict=True) if at < 0]
    numbered = places[codes]
    stray = (numbered < 0) & valid(array)
    return np.maximum(numbered, 0), stray, unknown


def reduced(values: Values, starts: Indexes, sizes: Indexes) -> Indexes:
    """For each list, its items joined by `or`; 0 for one without items."""
    found = np.zeros(len(sizes), np.int64)
    some = sizes > 0
    if some.any():
        flat = values
        if int(sizes.sum()) != len(values):
            # A row without a list may have items below it all the same, which no list has.
            flat = values[ranges(starts, sizes)]
        begins = (np.cumsum(sizes) - sizes)[some]
        found[some] = np.bitwise_or.reduceat(flat, begins)
    return found
