"""Logarithms and gamma functions that the compiler can compute for several samples at once.

Those of the C library are called for one number at a time. Divisions take most of the time, so they
are shared: the logarithm of u needs one by 2 + f, and what else is divided by goes into the same.
"""

from __future__ import annotations

import numpy as np

from recurseq.deseq.kernels.compiled import compiled, compiled_sum

_LOG_2 = np.log(2)
_FRACTION_BITS = np.int64(52)
_BITS_OF_ROOT_HALF = np.float64(np.sqrt(0.5)).view(np.int64)
# (artanh(s) / s - 1) / s^2 as a polynomial of s^2, interpolated at Chebyshev points of the range of
# s below: 9e-18 off at most. The first coefficients are next to those of the series, 1/3, 1/5, 1/7.
_A0, _A1, _A2, _A3 = (
    0.3333333333333335,
    0.19999999999949752,
    0.14285714312987743,
    0.11111105567397538,
)
_A4, _A5, _A6 = 0.09091444562631026, 0.0766586080027253, 0.07308224842589572
_UP = 6.0


@compiled()
def split(u, x):
    """Write u = 1 + x as 2^k (1 + f), with 1 + f between the roots of 1/2 and 2; returns k and f.

    u is positive and normal. Where k is 0, f is x itself, so that the logarithm is exact also
    where 1 + x was rounded.
    """
    bits = np.float64(u).view(np.int64)
    exponent = (bits - _BITS_OF_ROOT_HALF) >> _FRACTION_BITS
    m = np.int64(bits - (exponent << _FRACTION_BITS)).view(np.float64)
    return np.float64(exponent), x if exponent == 0 else m - 1.0


@compiled()
def joined(exponent, s):
    """Compute k log 2 + log(1 + f), which is 2 artanh(s) with s = f / (2 + f)."""
    z = s * s
    series = _A0 + z * (_A1 + z * (_A2 + z * (_A3 + z * (_A4 + z * (_A5 + z * _A6)))))
    return exponent * _LOG_2 + (2.0 * s + 2.0 * s * z * series)


@compiled()
def log(x):
    """Natural logarithm of a positive, finite, normal number."""
    exponent, f = split(x, x - 1.0)
    return joined(exponent, f / (2.0 + f))


@compiled()
def log_of_one_plus(x):
    """Compute log(1 + x) for x >= 0."""
    exponent, f = split(1.0 + x, x)
    return joined(exponent, f / (2.0 + f))


@compiled()
def _product(x):
    """Multiply x (x + 1) ... (x + 5), as u (u + 4) (u + 6) with u = x (x + 5)."""
    u = x * (x + 5.0)
    return u * (u + 4.0) * (u + 6.0)


@compiled()
def _slope_of_product(x):
    """Differentiate `_product`."""
    u = x * (x + 5.0)
    return (2.0 * x + 5.0) * (u * (3.0 * u + 20.0) + 24.0)


@compiled()
def _log_gamma_tail(r):
    """Stirling's series of log Gamma(1 / r): B(2m) r^(2m - 1) / (2m (2m - 1)) for m = 1 to 6."""
    q = r * r
    high = 1 / 1260 + q * (-1 / 1680 + q * (1 / 1188 - q * (691 / 360360)))
    return r * (1 / 12 + q * (-1 / 360 + q * high))


@compiled()
def _digamma_tail(r):
    """Subtract digamma(1 / r) from -log r: r / 2 and B(2m) r^(2m) / (2m) for m = 1 to 6."""
    q = r * r
    high = 1 / 252 + q * (-1 / 240 + q * (1 / 132 - q * (691 / 32760)))
    return 0.5 * r + q * (1 / 12 + q * (-1 / 120 + q * high))


@compiled_sum()
def log_rising(counts, alpha, total, products):
    """Sum over samples of log Gamma(y + s) - log Gamma(s) + y log alpha, with s = 1 / alpha.

    This is the logarithm of 1 (1 + alpha) (1 + 2 alpha) ... (1 + (y - 1) alpha), summed. Gamma
    functions are taken six steps up, where Stirling's series is exact to 1e-12, and as differences
    from y = 0, so that nothing large cancels however small alpha is; counts of 0 add nothing.

    Returned with it is the sum of log(1 + y / (s + 6)), which `digamma_rise` needs. `total` is the
    sum of the counts, `products` is written over.
    """
    size = 1.0 / alpha
    shifted = size + _UP
    fraction = 1.0 / shifted
    scale = 1.0 / _product(size)
    result = logs = 0.0
    for j in range(len(counts)):
        z = counts[j] + shifted
        x = counts[j] * fraction
        exponent, f = split(1.0 + x, x)
        shared = 1.0 / ((2.0 + f) * z)
        logarithm = joined(exponent, f * z * shared)
        result += (z - 0.5) * logarithm + _log_gamma_tail((2.0 + f) * shared)
        logs += logarithm
        products[j] = _product(counts[j] + size) * scale
    half = len(counts) // 2
    for j in range(half):
        result -= log(products[j] * products[j + half])
    for j in range(2 * half, len(counts)):
        result -= log(products[j])
    result -= len(counts) * _log_gamma_tail(fraction)
    return result + total * (log_of_one_plus(_UP * alpha) - 1.0), logs


@compiled_sum()
def digamma_rise(counts, alpha, logs):
    """Sum over samples of digamma(y + s) - digamma(s), with s = 1 / alpha; logs: `log_rising`."""
    size = 1.0 / alpha
    below = 0.0
    for j in range(len(counts)):
        x = counts[j] + size
        z, product = x + _UP, _product(x)
        shared = 1.0 / (z * product)
        below += _digamma_tail(product * shared) + _slope_of_product(x) * z * shared
    start = _digamma_tail(1.0 / (size + _UP)) + _slope_of_product(size) / _product(size)
    return logs - below + len(counts) * start
