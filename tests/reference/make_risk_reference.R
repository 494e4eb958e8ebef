# Golden values of risk models from R, on data sets that come with R.
#
#     Rscript make_risk_reference.R <output folder>
#
# Needs rms, brglm2 and pROC. Writes the data as <name>.data.tsv and all values as golden.tsv:
# case, item, value with 15 digits.
suppressMessages({library(rms); library(brglm2); library(pROC)})
out <- commandArgs(TRUE)[1]
options(digits = 15)
rows <- list()
keep <- function(case, values, names = base::names(values)) {
  if (is.null(names)) names <- seq_along(values)
  rows[[length(rows) + 1]] <<- data.frame(case = case, item = names,
    value = sprintf("%.15g", as.numeric(values)))
}
control <- glm.control(epsilon = 1e-15, maxit = 100)
tight <- function(formula, data) glm(formula, binomial, data, control = control)

infert <- datasets::infert[, c("case", "age", "parity", "induced", "spontaneous", "education",
  "stratum")]
infert$education <- as.character(infert$education)
# A column that separates: nobody older than 35 with it is a control.
infert$apart <- as.integer(infert$case == 1 & infert$age > 35)
write.table(infert, file.path(out, "infert.data.tsv"), sep = "\t", quote = FALSE, row.names = FALSE)

# ---- maximum likelihood
plain <- tight(case ~ age + parity + induced + spontaneous, infert)
keep("plain coef", coef(plain))
keep("plain se", sqrt(diag(vcov(plain))))
keep("plain summary", c(loglik = as.numeric(logLik(plain)), aic = AIC(plain),
  lrt = plain$null.deviance - plain$deviance))
for (term in c("age", "parity", "induced", "spontaneous")) {
  less <- tight(reformulate(setdiff(c("age", "parity", "induced", "spontaneous"), term), "case"),
    infert)
  keep("plain lrt", pchisq(less$deviance - plain$deviance, 1, lower.tail = FALSE), term)
}
keep("plain vif", rms::vif(plain))
levels <- tight(case ~ education + age, transform(infert,
  education = factor(education, c("0-5yrs", "6-11yrs", "12+ yrs"))))
keep("levels coef", coef(levels))
knots <- quantile(infert$age, c(0.05, 0.35, 0.65, 0.95))
bent <- tight(case ~ rcs(age, knots) + spontaneous + induced + spontaneous:induced, infert)
keep("bent coef", coef(bent))
keep("bent se", sqrt(diag(vcov(bent))))

# ---- errors robust to clusters, as robcov of rms
scores <- model.matrix(plain) * (plain$y - fitted(plain))
summed <- rowsum(scores, infert$stratum)
robust <- vcov(plain) %*% crossprod(summed) %*% vcov(plain)
keep("cluster se", sqrt(diag(robust)))
own <- lrm(case ~ age + parity + induced + spontaneous, infert, x = TRUE, y = TRUE)
stopifnot(max(abs(sqrt(diag(robcov(own, infert$stratum)$var)) / sqrt(diag(robust)) - 1)) < 1e-4)

# ---- weights
infert$w <- rep(c(1, 1.5, 2), length.out = nrow(infert))
weighted <- suppressWarnings(glm(case ~ age + spontaneous, binomial, infert, weights = w,
  control = control))
keep("weighted coef", coef(weighted))

# ---- Firth
firth <- function(formula, data) glm(formula, binomial, data, method = brglmFit, type = "AS_mean",
  control = list(epsilon = 1e-11, maxit = 1000))
penalised <- firth(case ~ age + parity + induced + spontaneous, infert)
keep("firth coef", coef(penalised))
keep("firth se", sqrt(diag(vcov(penalised))))
apart <- firth(case ~ age + apart, infert)
keep("apart coef", coef(apart))
keep("apart se", sqrt(diag(vcov(apart))))
# The profile of the penalised likelihood: where it is half the 95 % quantile below its maximum.
height <- function(formula, data, column, value) {
  x <- model.matrix(formula, data)
  y <- model.response(model.frame(formula, data))
  free <- setdiff(seq_len(ncol(x)), column)
  penalised <- function(b) {
    at <- numeric(ncol(x))
    at[free] <- b
    at[column] <- value
    eta <- drop(x %*% at)
    p <- plogis(eta)
    sum(plogis(ifelse(y > 0, eta, -eta), log.p = TRUE)) +
      determinant(crossprod(x * sqrt(p * (1 - p))))$modulus / 2
  }
  start <- coef(firth(formula, data))[free]
  for (i in 1:4) {
    best <- optim(start, penalised, method = "BFGS", control = list(fnscale = -1, reltol = 1e-15,
      maxit = 2000))
    start <- best$par
  }
  best$value
}
limits <- function(name, formula, data, column, around) {
  top <- height(formula, data, column, coef(firth(formula, data))[column])
  drop <- function(value) top - height(formula, data, column, value) - qchisq(0.95, 1) / 2
  centre <- coef(firth(formula, data))[column]
  keep(name, c(
    lower = uniroot(drop, c(centre - around, centre), tol = 1e-9)$root,
    upper = uniroot(drop, c(centre, centre + around), tol = 1e-9)$root,
    pvalue = pchisq(2 * (top - height(formula, data, column, 0)), 1, lower.tail = FALSE)))
}
limits("firth spontaneous", case ~ age + spontaneous, infert, 3, 2)
limits("apart profile", case ~ age + apart, infert, 3, 8)

# ---- areas and their difference
small <- tight(case ~ age + parity, infert)
one <- roc(infert$case, fitted(plain), quiet = TRUE, direction = "<")
other <- roc(infert$case, fitted(small), quiet = TRUE, direction = "<")
keep("areas", c(plain = as.numeric(one$auc), small = as.numeric(other$auc)))
keep("areas se", sqrt(c(plain = var(one), small = var(other))))
test <- roc.test(one, other, method = "delong", paired = TRUE)
keep("areas test", c(z = unname(test$statistic), pvalue = test$p.value))

write.table(do.call(rbind, rows), file.path(out, "golden.tsv"), sep = "\t", quote = FALSE,
  row.names = FALSE)
