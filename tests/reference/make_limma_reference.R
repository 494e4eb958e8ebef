# Makes the tables of R limma and edgeR that the tests of recurseq.limma compare with.
#   Rscript make_limma_reference.R <folder>
# The study is that of make_reference.R, whose counts and samples are read from the same folder.
# Libraries are column sums times TMM factors; in "sizes" they are size factors of DESeq2.
# A contrast is made a coefficient of the design before the fit (contrastAsCoef): contrasts.fit is
# exact for designs of one factor only, where gene-wise weights are concerned.
suppressMessages(library(edgeR))
folder <- commandArgs(TRUE)[1]
read <- function(name) read.delim(gzfile(file.path(folder, paste0(name, ".tsv.gz"))), row.names = 1)
save_table <- function(x, name) {
  x <- as.data.frame(x)
  for (k in names(x)) if (is.numeric(x[[k]])) x[[k]] <- signif(x[[k]], 12)
  connection <- gzfile(file.path(folder, paste0("limma.", name, ".tsv.gz")), "w", compression = 9)
  write.table(cbind(id = rownames(x), x), connection, sep = "\t", quote = FALSE, row.names = FALSE)
  close(connection)
}
counts <- as.matrix(read("counts"))
samples <- read("samples")
samples$group <- factor(samples$group, levels = c("normal", "none", "early"))
factors <- calcNormFactors(counts)
save_table(data.frame(tmm = factors, row.names = colnames(counts)), "tmm")

# Sets of several kinds: any genes, neighbours (which share effects in the simulation), many genes.
chosen <- function(genes, k) which((37 * genes + 11 * k) %% 29 < 2)
sets <- c(
  lapply(1:6, function(k) chosen(1:600, k)),
  lapply(0:5, function(k) 30 * k + 1:25), list(1:180, 301:302)
)
names(sets) <- sprintf("set%02d", seq_along(sets))
members <- data.frame(genes = sapply(sets, function(x) paste(rownames(counts)[x], collapse = ";")))
connection <- gzfile(file.path(folder, "limma.sets.tsv.gz"), "w", compression = 9)
write.table(cbind(id = rownames(members), members), connection, sep = "\t", quote = FALSE, row.names = FALSE)
close(connection)

# Without weights camera does not depend on the order of the samples. With weights that differ by gene
# it does, and fry always does: of these, the lowest and the highest of some orders are kept.
ORDERS <- 40
set.seed(2012)
set_tests <- function(y, design, weights) {
  competitive <- camera(y, sets, design, contrast = weights, inter.gene.cor = NA, sort = FALSE)
  self <- fry(y, sets, design, contrast = weights, sort = FALSE)
  data.frame(
    size = competitive$NGenes, correlation = competitive$Correlation, camera = competitive$PValue,
    cameraDirection = competitive$Direction, fry = self$PValue, fryDirection = self$Direction, row.names = names(sets)
  )
}

facts <- NULL
one_contrast <- function(v, design, weights, name) {
  fit <- eBayes(lmFit(v, contrastAsCoef(design, weights)$design))
  beyond <- treat(lmFit(v, contrastAsCoef(design, weights)$design), lfc = 0.5)
  table <- data.frame(
    logFC = fit$coefficients[, 1], sigma = fit$sigma, unscaled = fit$stdev.unscaled[, 1], t = fit$t[, 1],
    pvalue = fit$p.value[, 1], treat = beyond$p.value[, 1]
  )
  save_table(table[seq(1, nrow(table), by = 3), ], paste0(name, ".results"))
  facts <<- rbind(facts, data.frame(
    prior_degrees = fit$df.prior, prior_variance = fit$s2.prior, degrees = fit$df.total[1], row.names = name
  ))
  plain <- set_tests(v$E, design, weights)
  orders <- replicate(ORDERS, {
    order <- sample(ncol(v))
    set_tests(v[, order], design[order, ], weights)[, c("camera", "fry")]
  }, simplify = FALSE)
  pick <- function(column, f) do.call(f, lapply(orders, function(x) x[[column]]))
  plain$cameraLowest <- pick("camera", pmin)
  plain$cameraHighest <- pick("camera", pmax)
  plain$fryLowest <- pick("fry", pmin)
  plain$fryHighest <- pick("fry", pmax)
  save_table(plain, paste0(name, ".sets"))
}
one_design <- function(formula, name, contrasts, columns = seq_len(ncol(counts)), libraries = NULL) {
  part <- droplevels(samples[columns, ])
  y <- counts[, columns]
  if (is.null(libraries)) libraries <- colSums(y) * calcNormFactors(y)
  design <- model.matrix(formula, part)
  v <- voom(y, design, lib.size = libraries)
  some <- seq(1, nrow(y), by = 12)
  values <- v$E[some, ]
  colnames(values) <- paste0("E.", colnames(values))
  weights <- v$weights[some, ]
  colnames(weights) <- paste0("w.", colnames(y))
  save_table(cbind(values, weights), paste0(name, ".voom"))
  for (k in names(contrasts)) {
    one_contrast(v, design, contrasts[[k]], paste0(name, ".", k))
  }
}
one_design(~group, "group", list(
  early_none = c(0, -1, 1), early_normal = c(0, 0, 1), tumour_normal = c(0, 0.5, 0.5)
))
one_design(~ batch + age + group, "blocks", list(early_none = c(0, 0, 0, -1, 1), age = c(0, 0, 1, 0, 0)))
one_design(~ sex * group, "interaction", list(early = c(0, 0, 0, 0, 0, 1), in_men = c(0, 0, -1, 1, -1, 1)))
one_design(~ age * group, "slopes", list(early = c(0, 0, 0, 0, 0, 1)))
one_design(~group, "few", list(early_normal = c(0, 1)), c(1, 2, 16, 17, 18))
one_design(~group, "sizes", list(early_none = c(0, -1, 1)), libraries = 1e6 * read("size_factors")[colnames(counts), 1])
save_table(facts, "facts")
