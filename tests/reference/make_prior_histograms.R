# Histograms that R DESeq2 compares log dispersion residuals with (estimateDispersionsPriorVar).
#   Rscript make_prior_histograms.R <output file>
# R draws them from set.seed(2) at each call, so they depend on nothing but the degrees of freedom.
out <- commandArgs(TRUE)[1]
breaks <- -20:20 / 2
variances <- seq(from = 0, to = 8, length = 200)
rows <- NULL
for (df in 1:3) {
  set.seed(2)
  for (variance in variances) {
    drawn <- log(rchisq(10000, df = df)) + rnorm(10000, 0, sqrt(variance)) - log(df)
    drawn <- drawn[drawn > min(breaks) & drawn < max(breaks)]
    rows <- rbind(rows, c(df, hist(drawn, breaks = breaks, plot = FALSE)$counts))
  }
}
colnames(rows) <- c("df", sprintf("from%g", breaks[-41]))
connection <- gzfile(out, "w", compression = 9)
write.table(rows, connection, sep = "\t", quote = FALSE, row.names = FALSE)
close(connection)
