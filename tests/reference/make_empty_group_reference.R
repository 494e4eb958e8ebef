# Makes empty_groups.*: genes that are silent in whole groups, fitted with two reference levels.
#   Rscript make_empty_group_reference.R <output folder>
# Five groups of four samples. Genes 1 to 120 are ordinary, 121 to 240 vary a lot; some of both are
# silent in one or two groups. betaIter 100 means that R's reweighted least squares did not converge.
suppressMessages(library(DESeq2))
out <- commandArgs(TRUE)[1]
set.seed(48)
genes <- 240
group <- factor(rep(letters[1:5], each = 4))
base <- 2^runif(genes, 3, 10)
dispersion <- c(0.1 + 2 / base[1:120], exp(rnorm(120, log(6), 0.6)))
mu <- base * 2^(matrix(rnorm(genes * 5), genes)[, as.integer(group)] * (runif(genes) < 0.4))
mu <- sweep(mu, 2, 2^rnorm(20, 0, 0.4), "*")
counts <- matrix(rnbinom(length(mu), mu = mu, size = 1 / dispersion), genes)
for (gene in c(81:120, 181:240)) counts[gene, group %in% sample(letters[1:5], sample(2, 1))] <- 0
dimnames(counts) <- list(sprintf("gene%03d", 1:genes), sprintf("S%02d", 1:20))
counts <- counts[rowSums(counts) > 0, ]
storage.mode(counts) <- "integer"

save_table <- function(x, name) {
  x <- as.data.frame(x)
  numbers <- sapply(x, is.numeric)
  x[numbers] <- lapply(x[numbers], signif, 9)
  connection <- gzfile(file.path(out, paste0("empty_groups.", name, ".tsv.gz")), "w", compression = 9)
  write.table(cbind(id = rownames(x), x), connection, sep = "\t", quote = FALSE, row.names = FALSE)
  close(connection)
}
save_table(counts, "counts")
for (reference in c("a", "c")) {
  samples <- data.frame(group = relevel(group, reference), row.names = colnames(counts))
  dds <- DESeq(DESeqDataSetFromMatrix(counts, samples, ~group), quiet = TRUE)
  table <- as.data.frame(results(dds, contrast = c("group", "b", "d"), alpha = 0.05))
  table$betaIter <- mcols(dds)$betaIter
  save_table(table, reference)
}
