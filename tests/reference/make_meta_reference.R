# Summaries of 3 to 8 simulated studies by metafor: fixed effect, DerSimonian-Laird and REML with the
# interval of Hartung and Knapp. metafor ends REML when tau2 changes by less than 1e-5: here 1e-14.
# Writes meta.values.tsv and meta.tsv. Usage: Rscript make_meta_reference.R
suppressMessages(library(metafor))
set.seed(19970415)
most <- 8
exact <- list(threshold = 1e-14, maxiter = 10000)
values <- list()
found <- list()
for (gene in 1:120) {
  k <- sample(3:most, 1)
  error <- exp(runif(k, log(0.1), log(1.2)))
  tau <- sample(c(0, 0.3, 1.5), 1)
  effect <- round(rnorm(k, rnorm(1), sqrt(tau^2 + error^2)), 6)
  error <- round(error, 6)
  values[[gene]] <- data.frame(gene, study = 1:k, effect, error)
  fixed <- rma(yi = effect, sei = error, method = "FE")
  row <- data.frame(
    gene, k,
    fixed = fixed$beta[1], fixed_se = fixed$se, fixed_lower = fixed$ci.lb,
    fixed_upper = fixed$ci.ub, fixed_p = fixed$pval, q = fixed$QE, q_p = fixed$QEp
  )
  for (method in c("DL", "REML")) {
    fit <- rma(yi = effect, sei = error, method = method, test = "knha", control = exact)
    ahead <- predict(fit)
    one <- data.frame(
      tau2 = fit$tau2, i2 = fit$I2 / 100, estimate = fit$beta[1], se = fit$se,
      lower = fit$ci.lb, upper = fit$ci.ub, p = fit$pval,
      ahead_lower = ahead$pi.lb, ahead_upper = ahead$pi.ub
    )
    names(one) <- paste(tolower(method), names(one), sep = "_")
    row <- cbind(row, one)
  }
  found[[gene]] <- row
}
write_digits <- function(frame, file) {
  numbers <- sapply(frame, is.double)
  frame[numbers] <- lapply(frame[numbers], formatC, digits = 12, format = "g")
  write.table(frame, file, sep = "\t", quote = FALSE, row.names = FALSE)
}
write_digits(do.call(rbind, values), "meta.values.tsv")
write_digits(do.call(rbind, found), "meta.tsv")
cat("metafor", format(packageVersion("metafor")), R.version.string, "\n")
