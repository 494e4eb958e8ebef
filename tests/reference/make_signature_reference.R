# Makes the tables of R GSVA and limma that the tests of recurseq.signatures compare with.
#   Rscript make_signature_reference.R <folder>
# Expression is log2(count / size factor + 1) of the counts and size factors that lie in the folder,
# with a wave added that leaves no ties, rounded to 9 decimals; the fifty sets are made by a rule.
# ssGSEA without the last step of GSVA, which divides by the range of all scores of all samples.
suppressMessages({library(GSVA); library(limma)})
folder <- commandArgs(TRUE)[1]
read <- function(name) read.delim(gzfile(file.path(folder, paste0(name, ".tsv.gz"))), row.names = 1, check.names = FALSE)
save_table <- function(x, name) {
  x <- as.data.frame(x)
  for (k in names(x)) if (is.numeric(x[[k]])) x[[k]] <- signif(x[[k]], 12)
  connection <- gzfile(file.path(folder, paste0("signatures.", name, ".tsv.gz")), "w", compression = 9)
  write.table(cbind(id = rownames(x), x), connection, sep = "\t", quote = FALSE, row.names = FALSE)
  close(connection)
}
counts <- as.matrix(read("counts"))
factors <- read("size_factors")[colnames(counts), 1]
values <- round(log2(t(t(counts) / factors) + 1) + 0.1 * sin(outer(seq_len(nrow(counts)), seq_len(ncol(counts)), function(i, j) i * (j + 0.37))), 9)
sets <- lapply(1:50, function(k) rownames(values)[(53 * seq_len(nrow(values)) + 11 * k) %% (13 + k %% 37) < 1 + k %% 3])
names(sets) <- sprintf("set%02d", 1:50)
connection <- gzfile(file.path(folder, "signatures.sets.tsv.gz"), "w", compression = 9)
write.table(
  data.frame(id = names(sets), genes = sapply(sets, paste, collapse = ";")),
  connection, sep = "\t", quote = FALSE, row.names = FALSE
)
close(connection)
scores <- gsva(values, sets, method = "gsva", kcdf = "Gaussian", verbose = FALSE)
save_table(scores, "gsva")
save_table(gsva(values, sets, method = "ssgsea", ssgsea.norm = FALSE, verbose = FALSE), "ssgsea")

# lmFit and eBayes on the scores of GSVA; then residual variances with different degrees of freedom.
samples <- read("samples")[colnames(values), ]
samples$group <- factor(samples$group, levels = c("normal", "none", "early"))
design <- model.matrix(~ batch + age + group, samples)
weights <- c(0, 0, 0, -1, 1)
fit <- eBayes(contrasts.fit(lmFit(signif(scores, 12), design), weights))
half <- qt(0.975, fit$df.total) * fit$stdev.unscaled[, 1] * sqrt(fit$s2.post)
save_table(data.frame(
  change = fit$coefficients[, 1], sigma = fit$sigma, lower = fit$coefficients[, 1] - half,
  upper = fit$coefficients[, 1] + half, t = fit$t[, 1], pvalue = fit$p.value[, 1]
), "limma")
degrees <- rep(c(4, 9, 15), length.out = 50)
variances <- fit$sigma^2 * exp(2 * sin(1:50))
squeezed <- squeezeVar(variances, degrees)
save_table(data.frame(
  variance = variances, degrees = degrees, posterior = squeezed$var.post, prior = squeezed$var.prior, priorDegrees = squeezed$df.prior,
  row.names = names(sets)
), "squeezed")
