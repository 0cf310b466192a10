"""Sparse matrices from pairs, and what is often asked of their rows."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from essaim.graph.arrays import Matrix

__all__ = ["columns_of", "filled", "ones", "row_max", "row_sums", "unit_rows", "values_of"]


def ones(pairs: Iterable[tuple[int, int]], shape: tuple[int, int]) -> Matrix:
    """A matrix with 1 at some places; a place given twice counts once."""
    places = np.array(sorted(set(pairs)), dtype=np.int32).reshape(-1, 2)
    return filled(np.ones(len(places), dtype=np.float32), places, shape)


def filled(
    values: NDArray[np.float32], places: NDArray[np.int32], shape: tuple[int, int]
) -> Matrix:
    """A matrix with some values at some places.

    Args:
        values: the values.
        places: for each, its row and its column.
        shape: the matrix's.
    """
    rows, columns = places.reshape(-1, 2).T
    matrix: Matrix = sparse.coo_array((values, (rows, columns)), shape=shape).tocsr()
    return matrix


def columns_of(matrix: Matrix, row: int) -> NDArray[np.int32]:
    """The columns in which a row holds something."""
    return matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]


def values_of(matrix: Matrix, row: int) -> NDArray[np.float32]:
    """What a row holds, in the order of :func:`columns_of`."""
    return matrix.data[matrix.indptr[row] : matrix.indptr[row + 1]]


def row_sums(matrix: Matrix) -> NDArray[np.float32]:
    """The sum of each row."""
    return np.asarray(matrix.sum(axis=1), dtype=np.float32).ravel()


def row_max(matrix: Matrix, values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Per row, the largest of some values of columns where it holds something; 0 where nothing.

    Args:
        matrix: which columns belong to which row.
        values: a value per column, 0 or more.
    """
    found = np.zeros(matrix.shape[0], dtype=np.float32)
    filled = np.flatnonzero(np.diff(matrix.indptr))
    if len(filled):
        found[filled] = np.maximum.reduceat(values[matrix.indices], matrix.indptr[filled])
    return found


def unit_rows(matrix: Matrix) -> Matrix:
    """The same matrix with rows of Euclidean length 1; an empty row stays empty."""
    lengths = np.sqrt(row_sums(matrix.multiply(matrix).tocsr()))
    inverse = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    scaled = matrix.astype(np.float32)
    scaled.data = scaled.data * np.repeat(inverse, np.diff(scaled.indptr))
    return scaled
