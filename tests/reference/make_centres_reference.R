# Areas of left-out centres pooled on the logit scale, by metafor.
#
#     Rscript make_centres_reference.R <output folder>
#
# Made-up areas and standard errors of five centres, three of them near 1. Writes centres.tsv: item,
# value.
suppressMessages(library(metafor))
out <- commandArgs(TRUE)[1]
area <- c(0.97, 0.72, 0.95, 0.81, 0.98)
error <- c(0.015, 0.06, 0.02, 0.05, 0.01)
fit <- rma(qlogis(area), sei = error / (area * (1 - area)), method = "REML", test = "knha",
  control = list(threshold = 1e-14, maxiter = 10000))
ahead <- predict(fit)
value <- plogis(c(fit$b[1], fit$ci.lb, fit$ci.ub, ahead$pi.lb, ahead$pi.ub))
write.table(data.frame(item = c("estimate", "lower", "upper", "further_lower", "further_upper"),
  value = sprintf("%.15g", value)), file.path(out, "centres.tsv"), sep = "\t", quote = FALSE,
  row.names = FALSE)
