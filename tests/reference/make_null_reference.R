# Makes null.runs.tsv: what R DESeq2 calls in runs without a true difference, or with planted ones.
#   python tests/support/null_study.py <shared folder> <folder>   (PYTHONPATH=scripts:tests)
#   Rscript make_null_reference.R <folder> <output folder>
suppressMessages(library(DESeq2))
a <- commandArgs(TRUE)
one_run <- function(file) {
  part <- strsplit(basename(file), ".", fixed = TRUE)[[1]]
  counts <- as.matrix(read.delim(file, row.names = 1, check.names = FALSE))
  group <- factor(ifelse(seq_len(ncol(counts)) <= as.integer(part[3]), "x", "y"))
  dds <- suppressMessages(DESeqDataSetFromMatrix(counts, data.frame(group, row.names = colnames(counts)), ~group))
  result <- results(DESeq(dds, quiet = TRUE), alpha = 0.05)
  p <- result$pvalue
  data.frame(kind = part[1], seed = as.integer(part[2]), called = sum(result$padj < 0.05, na.rm = TRUE),
    below_0.05 = signif(mean(p < 0.05, na.rm = TRUE), 6), below_0.001 = signif(mean(p < 0.001, na.rm = TRUE), 6))
}
runs <- do.call(rbind, lapply(Sys.glob(file.path(a[1], "*.tsv")), one_run))
runs <- runs[order(runs$kind, runs$seed), ]
write.table(runs, file.path(a[2], "null.runs.tsv"), sep = "\t", quote = FALSE, row.names = FALSE)
