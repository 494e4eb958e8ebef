"""X'WX of one gene. Samples with equal rows of the design share one term of it.

Samples come sorted by row group (`recurseq.deseq.design_rows`): `starts` says where each group
begins, `rows` has one row of the design per group.
"""

from __future__ import annotations

import numpy as np

from recurseq.deseq.kernels.compiled import compiled, compiled_sum


@compiled()
def gather(values, order, gathered):
    """Copy one gene's values in the order of the row groups; places beyond stay as they are."""
    for j in range(len(order)):
        gathered[j] = values[order[j]]


@compiled_sum()
def group_sums(values, starts, sums):
    """Sum one gene's values within each row group."""
    for group in range(len(sums)):
        total = 0.0
        for j in range(starts[group], starts[group + 1]):
            total += values[j]
        sums[group] = total


@compiled_sum()
def sum_of(values):
    """Sum one gene's values."""
    total = 0.0
    for j in range(len(values)):
        total += values[j]
    return total


@compiled_sum()
def sum_of_squares(values, first, last):
    """Sum the squares of the values from `first` to before `last`."""
    total = 0.0
    for j in range(first, last):
        total += values[j] * values[j]
    return total


@compiled()
def factorise(sums, rows, ridge, lower):
    """Write L of the Cholesky factors L L' of X'WX + ridge I; weights are sums over row groups."""
    width = rows.shape[1]
    for i in range(width):
        for j in range(i + 1):
            total = ridge if i == j else 0.0
            for group in range(len(sums)):
                total += sums[group] * rows[group, i] * rows[group, j]
            for k in range(j):
                total -= lower[i, k] * lower[j, k]
            lower[i, j] = np.sqrt(total) if i == j else total / lower[j, j]


@compiled()
def cholesky(matrix, least, lower):
    """Write L of L L' = matrix - least I; False where an eigenvalue is not above `least`."""
    for i in range(len(matrix)):
        for j in range(i + 1):
            total = matrix[i, j] - (least if i == j else 0.0)
            for k in range(j):
                total -= lower[i, k] * lower[j, k]
            if i != j:
                lower[i, j] = total / lower[j, j]
            elif total > 0.0:
                lower[i, i] = np.sqrt(total)
            else:
                return False
    return True


@compiled()
def solve_lower(lower, vector):
    """Replace a vector v by the solution of L x = v."""
    for i in range(len(vector)):
        total = vector[i]
        for k in range(i):
            total -= lower[i, k] * vector[k]
        vector[i] = total / lower[i, i]


@compiled()
def solve_upper(lower, vector):
    """Replace a vector v by the solution of L' x = v."""
    for i in range(len(vector) - 1, -1, -1):
        total = vector[i]
        for k in range(i + 1, len(vector)):
            total -= lower[k, i] * vector[k]
        vector[i] = total / lower[i, i]


@compiled()
def quadratic_form(lower, row, scratch):
    """Form x' (L L')^-1 x of one row x of the design."""
    scratch[:] = row
    solve_lower(lower, scratch)
    total = 0.0
    for k in range(len(scratch)):
        total += scratch[k] * scratch[k]
    return total


@compiled()
def predict(beta, rows, predictors):
    """Linear predictor of each row group."""
    for group in range(len(predictors)):
        total = 0.0
        for k in range(len(beta)):
            total += rows[group, k] * beta[k]
        predictors[group] = total
