"""The engine of this project, two threads."""

import gc

from study_files import Answer, read_study

import recurseq.deseq.engine  # noqa: F401 - loads PyDESeq2 now, as imports are timed for no engine
from recurseq.deseq import Options, contrast_table, fit
from recurseq.deseq.compile_kernels import compile_kernels
from recurseq.design.formula import contrast_vector, design_matrix, parse_formula

compile_kernels()  # they were, and are loaded now
counts, samples, text, (factor, numerator, denominator) = read_study()
with Answer() as answer:
    formula = parse_formula(text)
    model = fit(counts, design_matrix(formula, samples), threads=2)
    question = {"factor": factor, "numerator": [numerator], "denominator": [denominator]}
    weights = contrast_vector(formula, samples, question)
    table = contrast_table(model, weights, Options(alpha=0.05, shrinkage="none"))
answer.write("recurseq", table.set_index("gene_id"), model.size_factors)
gc.freeze()  # as every job of the pipeline does at its end (recurseq.jobs.log)
