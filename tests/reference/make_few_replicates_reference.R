# Tables of R DESeq2 for groups of one sample, and of edgeR's filter for groups of any size.
#   Rscript make_few_replicates_reference.R <output folder>
# The study is simulated here from a fixed seed: 3 controls and 1 treated,
# and groups of 3 and 1 beside them.
suppressMessages(library(DESeq2))
suppressMessages(library(edgeR))
out <- commandArgs(TRUE)[1]
set.seed(31)

save_table <- function(x, name) {
  for (k in names(x)) if (is.numeric(x[[k]])) x[[k]] <- signif(x[[k]], 9)
  connection <- gzfile(file.path(out, paste0(name, ".tsv.gz")), "w", compression = 9)
  write.table(x, connection, sep = "\t", quote = FALSE, row.names = FALSE)
  close(connection)
}

genes <- 300
samples <- data.frame(
  group = factor(rep(c("control", "treated", "other", "pilot"), c(3, 1, 3, 1)),
    levels = c("control", "treated", "other", "pilot")),
  row.names = sprintf("S%d", 1:8)
)
base <- 2^runif(genes, 1, 11)
change <- matrix(0, genes, 4)
change[1:60, 2:4] <- rnorm(180, 0, 1.5)
mu <- 2^(log2(base) + change[, as.integer(samples$group)])
mu <- sweep(mu, 2, 2^rnorm(8, 0, 0.4), "*")
counts <- matrix(rnbinom(length(mu), mu = mu, size = 1 / (0.05 + 2 / base)), genes)
counts[281:285, 1:3] <- 0L # silent in the controls
counts[286:290, c(4, 8)] <- 0L # and in the groups of one
counts[291:294, 2] <- 30000L # an outlier among the controls
counts[295:297, 4] <- 30000L # and in the single sample, which no rule can tell from a change
dimnames(counts) <- list(sprintf("gene%03d", 1:genes), rownames(samples))
storage.mode(counts) <- "integer"
save_table(data.frame(id = rownames(counts), counts), "few_replicates.counts")

compare <- function(chosen, above, below, name) {
  meta <- droplevels(samples[chosen, , drop = FALSE])
  dds <- suppressMessages(DESeqDataSetFromMatrix(counts[, chosen], meta, ~group))
  dds <- suppressMessages(DESeq(dds, quiet = TRUE))
  found <- as.data.frame(results(dds, contrast = c("group", above, below), alpha = 0.05))
  m <- as.data.frame(mcols(dds))[, c("dispGeneEst", "dispFit", "dispersion")]
  save_table(data.frame(id = rownames(dds), found, m), paste0("few_replicates.", name))
}
compare(1:4, "treated", "control", "three_one")
compare(c(1:3, 5:7, 8), "other", "control", "spare")

# How many samples filterByExpr asks for, read off from genes that 1, 2, 3, ... samples express.
needed <- sapply(1:150, function(n) {
  expressed <- outer(1:(2 * n), 1:(2 * n), ">=") # gene k in k samples
  kept <- filterByExpr(100 * expressed, group = rep(1:2, c(n, n)), lib.size = rep(1e6, 2 * n))
  min(rowSums(expressed)[kept])
})
save_table(data.frame(samples = 1:150, needed = needed), "few_replicates.filter")
cat(as.character(packageVersion("DESeq2")), as.character(packageVersion("edgeR")), "\n")
