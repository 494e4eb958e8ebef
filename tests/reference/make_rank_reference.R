# Makes the table that the tests of ranks and of areas under the curve compare with: wilcox.test, and
# pROC's area with DeLong's interval.
#   Rscript make_rank_reference.R <folder>
# The counts are those of make_reference.R; "normalised" are divided by size factors, which leaves
# few ties. "many" are the same samples several times with different noise, 55 and 60 on a side.
suppressMessages(library(pROC))
folder <- commandArgs(TRUE)[1]
read <- function(name) read.delim(gzfile(file.path(folder, paste0(name, ".tsv.gz"))), row.names = 1)
counts <- as.matrix(read("counts"))
samples <- read("samples")
factors <- read("size_factors")[colnames(counts), 1]
none <- samples$group == "none"
early <- samples$group == "early"
one <- function(above, below) {
  p <- suppressWarnings(wilcox.test(above, below)$p.value)
  scores <- c(below, above)
  case <- rep(0:1, c(length(below), length(above)))
  interval <- suppressMessages(suppressWarnings(ci.auc(roc(case, scores, direction = "<", quiet = TRUE))))
  c(pvalue = p, lower = interval[1], auc = interval[2], upper = interval[3])
}
some <- seq(3, nrow(counts), by = 5)
tables <- list(
  counts = t(sapply(some, function(g) one(counts[g, early], counts[g, none]))),
  normalised = t(sapply(some, function(g) one((counts[g, ] / factors)[early], (counts[g, ] / factors)[none]))),
  # noise without random numbers, so that the test can make the same
  many = t(sapply(some[1:40], function(g) {
    x <- sqrt(counts[g, ])
    one(
      rep_len(x[early], 60) + sin(1.7 * g + 1:60) * (1 + g %% 3),
      rep_len(x[none], 55) + cos(0.9 * g + 1:55)
    )
  }))
)
table <- do.call(rbind, lapply(names(tables), function(k) {
  rows <- some[seq_len(nrow(tables[[k]]))]
  data.frame(id = rownames(counts)[rows], values = k, signif(tables[[k]], 12))
}))
connection <- gzfile(file.path(folder, "ranks.tsv.gz"), "w", compression = 9)
write.table(table, connection, sep = "\t", quote = FALSE, row.names = FALSE)
close(connection)
