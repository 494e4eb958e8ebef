"""InMoose's translation of DESeq2."""

from importlib.metadata import version

import pandas as pd
from inmoose.deseq2 import DESeq, DESeqDataSet
from study_files import Answer, read_study

counts, samples, formula, contrast = read_study()
with Answer() as answer:
    model = DESeq(DESeqDataSet(counts, clinicalData=samples, design=formula), quiet=True)
    results = model.results(contrast=contrast, alpha=0.05)
factors = pd.Series(model.sizeFactors, index=counts.index)
table = pd.DataFrame(results).rename(columns={"adj_pvalue": "padj"})
answer.write(f"InMoose {version('inmoose')}", table, factors)
