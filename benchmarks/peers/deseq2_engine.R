# R DESeq2. Arguments: <study folder> <formula> <factor> <numerator> <denominator> <output> <workers>
suppressMessages(library(DESeq2))
a <- commandArgs(TRUE)
workers <- as.integer(a[7])
samples <- read.delim(file.path(a[1], "samples.tsv"), row.names = 1, stringsAsFactors = TRUE)
counts <- as.matrix(read.delim(file.path(a[1], "counts.tsv"), row.names = 1, check.names = FALSE))
cluster <- if (workers > 1) BiocParallel::MulticoreParam(workers) else BiocParallel::SerialParam()
start <- proc.time()[["elapsed"]]
dds <- suppressMessages(DESeqDataSetFromMatrix(counts, samples, as.formula(a[2])))
dds <- DESeq(dds, quiet = TRUE, parallel = workers > 1, BPPARAM = cluster)
table <- as.data.frame(results(dds, contrast = a[3:5], alpha = 0.05))
seconds <- proc.time()[["elapsed"]] - start
save_table <- function(x, label, file) {
  x <- data.frame(rownames(x), x)
  names(x)[1] <- label
  write.table(x, file.path(a[6], file), sep = "\t", quote = FALSE, row.names = FALSE)
}
save_table(table[, c("log2FoldChange", "pvalue", "padj")], "gene_id", "results.tsv")
save_table(data.frame(size_factor = sizeFactors(dds)), "sample_id", "size_factors.tsv")
writeLines(as.character(seconds), file.path(a[6], "seconds.txt"))
versions <- paste0("R ", getRversion(), ", DESeq2 ", packageVersion("DESeq2"))
writeLines(versions, file.path(a[6], "version.txt"))
