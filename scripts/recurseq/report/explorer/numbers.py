"""Numbers as few bytes that still answer exactly: what is shown of them, and what they reach.

A number is cut, not rounded, so that comparing it with a limit of as many digits, and rounding it
to fewer, gives what the whole number would. Only what is never compared is rounded.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

MISSING_MANTISSA = 0
_TINY = 1e-280  # below it a quotient of powers of ten loses digits
_SLACK = 1e-9  # what a product of two floats may lie below a whole number


def cut(values: pd.Series | np.ndarray, scale: int) -> np.ndarray:
    """Cut numbers to multiples of 1 / `scale`, towards zero.

    Returns
    -------
    numpy.ndarray
        Whole numbers of the smallest signed type; missing values are its smallest number.
    """
    numbers = np.asarray(values, dtype=float)
    size = np.floor(np.abs(numbers) * scale + _SLACK)
    return _signed(np.copysign(size, numbers), np.isfinite(numbers))


def signed_cut(values: pd.Series | np.ndarray, scale: int) -> np.ndarray:
    """Cut numbers as `cut` does and keep the sign of those that become 0.

    Returns
    -------
    numpy.ndarray
        As of `cut`, but one less where a number is below 0: -1 is a negative number cut to 0.
    """
    numbers = np.asarray(values, dtype=float)
    size = np.floor(np.abs(numbers) * scale + _SLACK)
    return _signed(np.where(numbers < 0, -size - 1, size), np.isfinite(numbers))


def differences(whole: np.ndarray, base: np.ndarray) -> np.ndarray:
    """Write whole numbers as what they are above others, which lie near them.

    Parameters
    ----------
    whole, base
        As of `cut` and `rounded`; where `base` is missing it counts as 0.

    Returns
    -------
    numpy.ndarray
        As of `cut`; missing where `whole` is.
    """
    there = base != np.iinfo(base.dtype).min
    known = whole != np.iinfo(whole.dtype).min
    return _signed(whole.astype(float) - np.where(there, base, 0), known)


def rounded(values: pd.Series | np.ndarray, scale: int) -> np.ndarray:
    """Round numbers to multiples of 1 / `scale`; returns as `cut`."""
    numbers = np.asarray(values, dtype=float)
    return _signed(np.rint(numbers * scale), np.isfinite(numbers))


def _signed(whole: np.ndarray, known: np.ndarray) -> np.ndarray:
    largest = np.abs(whole[known]).max(initial=0)
    kinds = (kind for kind in (np.int8, np.int16, np.int32) if largest <= np.iinfo(kind).max)
    kind = next(kinds)
    return np.where(known, np.where(known, whole, 0), np.iinfo(kind).min).astype(kind)


def significant(
    values: pd.Series | np.ndarray, digits: int, *, rounding: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Write numbers of 0 or more with some significant digits: mantissa × 10^exponent.

    Parameters
    ----------
    values
        0 or more, or missing.
    digits
        Significant digits, at most 4.
    rounding
        Whether to round; else the rest is cut off.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray)
        Mantissas, whole numbers with `digits` digits (0: missing; 1: the number 0), and exponents.
    """
    numbers = np.asarray(values, dtype=float)
    mantissa = np.zeros(numbers.shape, dtype=np.uint8 if digits <= 2 else np.uint16)
    exponent = np.zeros(numbers.shape, dtype=np.int16)
    mantissa[numbers == 0] = 1
    some = np.flatnonzero(numbers > 0)
    x, shift = numbers[some], np.zeros(len(some))
    tiny = x < _TINY
    x, shift = np.where(tiny, x * 1e30, x), np.where(tiny, -30, 0)
    places = np.floor(np.log10(x)).astype(int) - (digits - 1)
    scaled = _scaled(x, places)
    low = np.floor(scaled + _SLACK) < 10 ** (digits - 1)  # the logarithm was rounded up
    places, scaled = places - low, np.where(low, scaled * 10, scaled)
    whole = np.rint(scaled) if rounding else np.floor(scaled + _SLACK)
    over = whole >= 10**digits
    mantissa[some] = np.where(over, 10 ** (digits - 1), whole)
    exponent[some] = places + over + shift
    return mantissa, exponent


def _scaled(x: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return x / 10^places, by a power of ten that is exact where one is."""
    up, down = 10.0 ** np.maximum(places, 0), 10.0 ** np.maximum(-places, 0)
    return x * down / up


def levels_of(texts: pd.Series | np.ndarray) -> tuple[list[str], np.ndarray]:
    """Give each text of a column a number.

    Returns
    -------
    (list of str, numpy.ndarray)
        The texts, the empty one first, and the place of each row's text; missing is empty.
    """
    cells = pd.Series(texts, dtype=object)
    codes, found = pd.factorize(cells.where(cells.notna(), ""), sort=True)
    names = [str(name) for name in found]
    if "" not in names:
        names, codes = ["", *names], codes + 1
    return names, codes.astype(np.min_scalar_type(len(names)))
