# Bias-corrected Cramer's V and adjusted R2 of columns against two groups, with base R only:
# chi-squared by chisq.test, adjusted R2 by lm, the corrections of Bergsma (2013) beside them.
# Writes association.tsv and association_values.tsv. Usage: Rscript make_association_reference.R
set.seed(20130401)
corrected_v <- function(x, y) {
  counts <- table(x, y)
  n <- sum(counts)
  r <- nrow(counts)
  k <- ncol(counts)
  chi <- suppressWarnings(unname(chisq.test(counts, correct = FALSE)$statistic))
  left <- max(0, chi / n - (r - 1) * (k - 1) / (n - 1))
  sqrt(left / min(r - (r - 1)^2 / (n - 1) - 1, k - (k - 1)^2 / (n - 1) - 1))
}
n <- 40
side <- rep(c("a", "b"), c(27, 13))
draw <- function(levels, weight) {
  ifelse(runif(n) < weight, ifelse(side == "a", "L1", "L2"), paste0("L", sample(levels, n, TRUE)))
}
values <- data.frame(
  side = side, free = draw(3, 0), weak = draw(3, 0.3), strong = draw(4, 0.8),
  many = draw(14, 0.2), same = ifelse(side == "a", "x", "y"),
  number = round(rnorm(n) + (side == "a"), 6), noise = round(rnorm(n), 6)
)
labels <- c("free", "weak", "strong", "many", "same")
numbers <- c("number", "noise")
found <- rbind(
  data.frame(column = labels, statistic = sapply(labels, \(c) corrected_v(values[[c]], side))),
  data.frame(column = numbers, statistic = sapply(numbers, \(c) summary(lm(values[[c]] ~ side))$adj.r.squared)),
  data.frame(column = "number~many", statistic = summary(lm(values$number ~ values$many))$adj.r.squared)
)
found$statistic <- formatC(found$statistic, digits = 12, format = "g")
write.table(values, "association_values.tsv", sep = "\t", quote = FALSE, row.names = FALSE)
write.table(found, "association.tsv", sep = "\t", quote = FALSE, row.names = FALSE)
