"""PyDESeq2 with its default inference and two workers."""

from importlib.metadata import version

import pandas as pd
from pydeseq2.dds import DeseqDataSet
from pydeseq2.default_inference import DefaultInference
from pydeseq2.ds import DeseqStats
from study_files import Answer, read_study

if __name__ == "__main__":  # its workers may import this file
    counts, samples, formula, contrast = read_study()
    with Answer() as answer:
        inference = DefaultInference(n_cpus=2)
        model = DeseqDataSet(
            counts=counts, metadata=samples, design=formula, inference=inference, quiet=True
        )
        model.deseq2()
        test = DeseqStats(model, contrast=contrast, alpha=0.05, inference=inference, quiet=True)
        test.summary()
    factors = pd.Series(model.obs["size_factors"], index=counts.index)
    answer.write(f"PyDESeq2 {version('pydeseq2')}", test.results_df, factors)
