"""The inner loops of the engine, one gene at a time, compiled by Numba.

Why compiled: calls on arrays that fit the cache are too short for NumPy, and hold the interpreter
so that threads cannot share the work. A count in the likelihood of a dispersion costs 29 ns with
SciPy's ``gammaln`` and 3.5 ns here. The price is a compilation of some 15 s, which `make install`
pays (`recurseq.deseq.compile_kernels`); what was compiled is kept beside these files, or in the
user's cache folder where these cannot be written.

`compiled`
    how functions are compiled and kept,
`special`
    logarithms and gamma functions,
`weighted`
    X'WX of one gene,
`dispersions`, `coefficients`, `posterior`
    what Python calls: loops over genes. Each imports the one before, so that they are compiled in
    this order wherever that happens: what they share is compiled for the first that needs it, and
    another order would change the last digits of a sum.

Loops over samples are written so that the compiler can do several samples at once.
"""
