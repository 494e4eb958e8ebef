# Makes the tables of R DESeq2 that the tests of recurseq.deseq compare with.
#   Rscript make_reference.R <output folder>
# The study is simulated here from a fixed seed: three groups of 11, 10 and 5 samples, two batches,
# sex and age; some genes with outlier counts, and some silent in one or two of the groups.
suppressMessages(library(DESeq2))
out <- commandArgs(TRUE)[1]
set.seed(2016)

genes <- 600
samples <- data.frame(
  group = factor(rep(c("normal", "none", "early"), c(5, 10, 11)), levels = c("normal", "none", "early")),
  batch = factor(rep(c("one", "two"), 13)),
  sex = factor(sample(c("female", "male"), 26, replace = TRUE)),
  age = round(rnorm(26), 1), # in decades from the mean: R's fit does not converge on uncentred numbers
  row.names = sprintf("S%02d", 1:26)
)
base <- 2^runif(genes, 0, 11)
dispersion <- 0.08 + 3 / base
dispersion <- dispersion * exp(rnorm(genes, 0, 0.5))
change <- matrix(0, genes, 3)
change[1:120, 2] <- rnorm(120, 0, 1.5)
change[1:120, 3] <- change[1:120, 2]
change[61:180, 3] <- change[61:180, 3] + rnorm(120, 0, 1.2)
shift <- rnorm(genes, 0, 0.3)
ageing <- rnorm(genes, 0, 0.1)
depth <- 2^rnorm(26, 0, 0.5)
mu <- 2^(log2(base) + change[, as.integer(samples$group)] + outer(shift, as.integer(samples$batch) - 1) +
  outer(ageing, samples$age))
mu <- sweep(mu, 2, depth, "*")
counts <- matrix(rnbinom(length(mu), mu = mu, size = 1 / dispersion), genes)
counts[201:215, samples$group == "normal"] <- 0L
counts[216:220, samples$group != "normal"] <- 0L
counts[cbind(221:235, rep(c(3, 8, 20), 5))] <- 20000L
counts[236, ] <- 0L
counts[237, ] <- 0L
counts[237, 18] <- 5000L
dimnames(counts) <- list(sprintf("gene%03d", 1:genes), rownames(samples))
storage.mode(counts) <- "integer"

save_table <- function(x, name) {
  x <- as.data.frame(x)
  for (k in names(x)) {
    if (is.logical(x[[k]])) x[[k]] <- as.integer(x[[k]])
    if (is.numeric(x[[k]])) x[[k]] <- signif(x[[k]], 9)
  }
  connection <- gzfile(file.path(out, paste0(name, ".tsv.gz")), "w", compression = 9)
  write.table(cbind(id = rownames(x), x), connection, sep = "\t", quote = FALSE, row.names = FALSE)
  close(connection)
}
prepare <- function(design, chosen = rownames(samples)) {
  meta <- droplevels(samples[chosen, , drop = FALSE])
  suppressMessages(DESeqDataSetFromMatrix(counts[, chosen], meta, design))
}
save_fit <- function(dds, name) {
  columns <- c("baseMean", "dispGeneEst", "dispFit", "dispMAP", "dispersion", "dispOutlier", "maxCooks", "replace")
  m <- as.data.frame(mcols(dds))
  m <- m[, intersect(columns, names(m))]
  rownames(m) <- rownames(dds)
  save_table(m, paste0(name, ".dispersions"))
  f <- dispersionFunction(dds)
  trend <- data.frame(asymptote = attr(f, "coefficients")[1], extra = attr(f, "coefficients")[2], prior = attr(f, "dispPriorVar"))
  rownames(trend) <- "trend"
  save_table(trend, paste0(name, ".trend"))
}
save_results <- function(dds, file, ...) {
  r <- as.data.frame(results(dds, alpha = 0.05, ...))
  beyond <- results(dds, alpha = 0.05, lfcThreshold = 0.5, altHypothesis = "greaterAbs", ...)
  r$pvalueThreshold <- beyond$pvalue
  r$padjThreshold <- beyond$padj
  save_table(r, paste0(file, ".results"))
}
save_lrt <- function(dds, name, reduced) {
  l <- DESeq(dds, test = "LRT", reduced = reduced, quiet = TRUE)
  save_table(as.data.frame(results(l, alpha = 0.05))[, c("stat", "pvalue", "padj")], paste0(name, ".lrt"))
}

save_table(counts, "counts")
save_table(samples, "samples")

dds <- DESeq(prepare(~group), quiet = TRUE)
save_table(data.frame(size_factor = sizeFactors(dds), row.names = colnames(dds)), "size_factors")
save_fit(dds, "group")
save_results(dds, "group.early_none", contrast = c("group", "early", "none"))
save_results(dds, "group.early_normal", contrast = c("group", "early", "normal"))
save_results(dds, "group.tumour_normal", contrast = c(0, 0.5, 0.5))
save_lrt(dds, "group", ~1)
blind <- assay(varianceStabilizingTransformation(dds, blind = TRUE))
fitted <- assay(varianceStabilizingTransformation(dds, blind = FALSE))
save_table(blind[seq(1, genes, by = 10), ], "vst.blind")
save_table(fitted[seq(1, genes, by = 10), ], "vst.fitted")

dds <- DESeq(prepare(~ batch + age + group), quiet = TRUE)
save_fit(dds, "blocks")
save_results(dds, "blocks.early_none", contrast = c("group", "early", "none"))
save_results(dds, "blocks.age", name = "age")
save_lrt(dds, "blocks", ~ batch + age)

dds <- DESeq(prepare(~ sex * group), quiet = TRUE)
save_results(dds, "interaction.early", name = "sexmale.groupearly")
save_lrt(dds, "interaction", ~ sex + group)

two <- rownames(samples)[samples$group != "none"][1:11]
dds <- DESeq(prepare(~group, two), quiet = TRUE)
save_fit(dds, "two")
save_results(dds, "two.early_normal", contrast = c("group", "early", "normal"))

few <- c("S01", "S02", "S16", "S17", "S18")
dds <- DESeq(prepare(~group, few), quiet = TRUE)
save_fit(dds, "few")

# Tests of a numeric covariate, alone and in an interaction.
save_lrt(DESeq(prepare(~ batch + age + group), quiet = TRUE), "blocks.age", ~ batch + group)
dds <- DESeq(prepare(~ age * group), quiet = TRUE)
save_results(dds, "slopes.early", name = "age.groupearly")
save_lrt(dds, "slopes", ~ age + group)

# Every gene has a zero: the geometric means leave zeros out.
sparse <- counts
sparse[cbind(1:genes, 1:genes %% 26 + 1)] <- 0L
dds <- estimateSizeFactors(DESeqDataSetFromMatrix(sparse, samples, ~group), type = "poscounts")
save_table(data.frame(size_factor = sizeFactors(dds), row.names = colnames(dds)), "size_factors.poscounts")

# Average transcript lengths by a formula that the tests repeat.
gene <- row(counts)
lengths <- 500 + (37 * gene) %% 2000 + 150 * ((gene + 3 * col(counts)) %% 7)
dimnames(lengths) <- dimnames(counts)
dds <- prepare(~group)
assays(dds)[["avgTxLength"]] <- lengths
dds <- suppressMessages(DESeq(dds, quiet = TRUE))
save_fit(dds, "lengths")
save_results(dds, "lengths.early_normal", contrast = c("group", "early", "normal"))
save_lrt(dds, "lengths", ~1)
save_table(normalizationFactors(dds)[seq(1, genes, by = 10), ], "lengths.factors")
blind <- assay(varianceStabilizingTransformation(dds, blind = TRUE))
save_table(blind[seq(1, genes, by = 10), ], "vst.lengths")

# The dispersion grows with the mean: the parametric trend fails, a local regression takes its place.
genes <- 250
base <- 2^runif(genes, 2, 12)
mu <- base * rep(2^rnorm(8, 0, 0.4), each = genes)
counts <- matrix(rnbinom(genes * 8, mu = mu, size = 1 / (0.02 * base^0.35)), genes)
samples <- data.frame(group = factor(rep(c("control", "treated"), 4)), row.names = sprintf("L%d", 1:8))
dimnames(counts) <- list(sprintf("gene%03d", 1:genes), rownames(samples))
storage.mode(counts) <- "integer"
dds <- suppressMessages(DESeq(prepare(~group), quiet = TRUE))
stopifnot(attr(dispersionFunction(dds), "fitType") == "local")
save_table(counts, "local.counts")
columns <- as.data.frame(mcols(dds))[, c("dispGeneEst", "dispFit", "dispMAP", "dispersion")]
rownames(columns) <- rownames(dds)
save_table(columns, "local.dispersions")
fitted <- assay(varianceStabilizingTransformation(dds, blind = FALSE))
save_table(fitted[seq(1, genes, by = 10), ], "vst.local")
