# Makes the tables of R DESeq2 for the airway study (Himes et al., PLoS ONE 9, e99625, 2014).
#   python benchmarks/studies.py airway <folder> <airway.h5ad of InMoose>   (PYTHONPATH=scripts)
#   Rscript make_airway_reference.R <folder> <output folder>
# "airway" is the whole study; its counts come with InMoose. "airway_part" is every sixth gene, with
# its counts, for clones without InMoose. Only called and some other genes are kept, to stay small.
suppressMessages(library(DESeq2))
a <- commandArgs(TRUE)
samples <- read.delim(file.path(a[1], "samples.tsv"), row.names = 1)
counts <- as.matrix(read.delim(file.path(a[1], "counts.tsv"), row.names = 1))
counts <- counts[order(rownames(counts)), ]
samples$cell <- factor(samples$cell)
samples$dex <- factor(samples$dex, levels = c("untrt", "trt"))

save_table <- function(x, name) {
  for (k in names(x)) if (is.numeric(x[[k]])) x[[k]] <- signif(x[[k]], 10)
  connection <- gzfile(file.path(a[2], paste0(name, ".tsv.gz")), "w", compression = 9)
  write.table(cbind(id = rownames(x), x), connection, sep = "\t", quote = FALSE, row.names = FALSE)
  close(connection)
}
facts <- function(dds, result, omnibus) {
  f <- dispersionFunction(dds)
  x <- c(attr(f, "coefficients"), attr(f, "dispPriorVar"), nrow(result), sum(result$padj < 0.05, na.rm = TRUE),
    sum(is.na(result$pvalue)), sum(is.na(result$padj)), sum(omnibus$padj < 0.05, na.rm = TRUE), sizeFactors(dds))
  names <- c("asymptote", "extra", "prior", "genes", "called", "pvalue_missing", "padj_missing", "lrt_called", colnames(dds))
  data.frame(value = x, row.names = names)
}
save_study <- function(counts, name, others) {
  dds <- DESeq(suppressMessages(DESeqDataSetFromMatrix(counts, samples, ~ cell + dex)), quiet = TRUE)
  result <- results(dds, contrast = c("dex", "trt", "untrt"), alpha = 0.05)
  beyond <- results(dds, contrast = c("dex", "trt", "untrt"), alpha = 0.05, lfcThreshold = 0.5, altHypothesis = "greaterAbs")
  omnibus <- results(DESeq(dds, test = "LRT", reduced = ~cell, quiet = TRUE), alpha = 0.05)
  table <- data.frame(as.data.frame(result)[, c("log2FoldChange", "lfcSE", "pvalue", "padj")],
    dispersion = dispersions(dds), pvalueThreshold = beyond$pvalue)
  called <- which(table$padj < 0.1)
  set.seed(1)
  rest <- sample(setdiff(seq_len(nrow(table)), called), others)
  save_table(table[sort(c(called, rest)), ], paste0(name, ".results"))
  save_table(facts(dds, result, omnibus), paste0(name, ".facts"))
}
part <- counts[seq(1, nrow(counts), by = 6), ]
save_table(as.data.frame(part), "airway_part.counts")
save_study(part, "airway_part", 500)
save_study(counts, "airway", 500)
