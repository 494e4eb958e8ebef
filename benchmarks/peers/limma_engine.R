# R limma-voom, and with a last argument of "edger" edgeR's quasi-likelihood test.
# Arguments: <study folder> <formula> <factor> <numerator> <denominator> <output> <method>
suppressMessages(library(edgeR)) # brings limma
a <- commandArgs(TRUE)
samples <- read.delim(file.path(a[1], "samples.tsv"), row.names = 1, stringsAsFactors = TRUE)
counts <- as.matrix(read.delim(file.path(a[1], "counts.tsv"), row.names = 1, check.names = FALSE))
start <- proc.time()[["elapsed"]]
design <- model.matrix(as.formula(a[2]), samples)
side <- function(level) as.numeric(colnames(design) == paste0(a[3], level))
contrast <- side(a[4]) - side(a[5])
dge <- calcNormFactors(DGEList(counts))
if (a[7] == "edger") {
  dge <- estimateDisp(dge, design)
  found <- topTags(glmQLFTest(glmQLFit(dge, design), contrast = contrast), n = Inf, sort.by = "none")$table
  table <- data.frame(log2FoldChange = found$logFC, pvalue = found$PValue, padj = found$FDR)
} else {
  fit <- eBayes(contrasts.fit(lmFit(voom(dge, design), design), contrast))
  found <- topTable(fit, number = Inf, sort.by = "none")
  table <- data.frame(log2FoldChange = found$logFC, pvalue = found$P.Value, padj = found$adj.P.Val)
}
seconds <- proc.time()[["elapsed"]] - start
save_table <- function(x, label, file) {
  x <- data.frame(rownames(x), x)
  names(x)[1] <- label
  write.table(x, file.path(a[6], file), sep = "\t", quote = FALSE, row.names = FALSE)
}
rownames(table) <- rownames(counts)
save_table(table, "gene_id", "results.tsv")
size <- dge$samples$lib.size * dge$samples$norm.factors
factors <- data.frame(size_factor = size / exp(mean(log(size))), row.names = colnames(counts))
save_table(factors, "sample_id", "size_factors.tsv")
writeLines(as.character(seconds), file.path(a[6], "seconds.txt"))
name <- if (a[7] == "edger") "edgeR" else "limma"
writeLines(paste0("R ", getRversion(), ", ", name, " ", packageVersion(name)), file.path(a[6], "version.txt"))
