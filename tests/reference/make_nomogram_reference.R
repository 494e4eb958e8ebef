# Golden values of risks, their intervals and nomograms from R, on data sets that come with R.
#
#     Rscript make_nomogram_reference.R <folder of reference tables> <output folder>
#
# Needs survival, rms and cmprsk. Reads risk/infert.data.tsv, clinical/lung.data.tsv and
# clinical/mgus.data.tsv; writes golden.tsv: case, item, value with 15 digits.
suppressMessages({library(survival); library(rms); library(cmprsk)})
arguments <- commandArgs(TRUE)
from <- arguments[1]
out <- arguments[2]
rows <- list()
keep <- function(case, values, names = base::names(values)) {
  if (is.null(names)) names <- seq_along(values)
  rows[[length(rows) + 1]] <<- data.frame(case = case, item = names,
    value = sprintf("%.15g", as.numeric(values)))
}
table <- function(name) read.delim(file.path(from, name))
control <- glm.control(epsilon = 1e-15, maxit = 100)

# ---- logistic: linear predictor, its error, risk
infert <- table("risk/infert.data.tsv")
asked <- infert[c(1, 40, 120, 200), ]
told <- function(case, fit, new) {
  found <- predict(fit, new, se.fit = TRUE)
  half <- qnorm(0.975) * found$se.fit
  keep(paste(case, "linear"), found$fit, seq_along(found$fit))
  keep(paste(case, "risk"), plogis(found$fit), seq_along(found$fit))
  keep(paste(case, "lower"), plogis(found$fit - half), seq_along(found$fit))
  keep(paste(case, "upper"), plogis(found$fit + half), seq_along(found$fit))
}
told("plain", glm(case ~ age + parity + induced + spontaneous, binomial, infert,
  control = control), asked)
knots <- quantile(infert$age, c(0.05, 0.35, 0.65, 0.95))
infert$education <- factor(infert$education, c("0-5yrs", "6-11yrs", "12+ yrs"))
asked <- infert[c(1, 40, 120, 200), ]
basis <- function(x) rcspline.eval(x, knots, inclx = TRUE)
told("bent", glm(case ~ basis(age) + log2(parity) + education * spontaneous, binomial, infert,
  control = control), asked)

# ---- Cox: risk at a horizon, interval on the scale of log(-log), ties after Efron
lung <- na.omit(table("clinical/lung.data.tsv")[, c("time", "status", "age", "sex", "ph.ecog")])
lung$dead <- lung$status
months <- lung$time / 30.4375
lung$months <- ceiling(months)  # ties
cox <- coxph(Surv(months, dead) ~ age + sex + ph.ecog, lung, ties = "efron",
  control = coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 50))
asked <- lung[c(1, 30, 90, 180), ]
for (horizon in c(6, 12, 24)) {
  curve <- summary(survfit(cox, newdata = asked, conf.type = "log-log"), times = horizon)
  keep(paste("cox risk", horizon), 1 - drop(curve$surv), 1:4)
  keep(paste("cox lower", horizon), 1 - drop(curve$upper), 1:4)
  keep(paste("cox upper", horizon), 1 - drop(curve$lower), 1:4)
}
keep("cox linear", predict(cox, asked, type = "lp"), 1:4)

# ---- Fine and Gray: cumulative incidence at a horizon
mgus <- table("clinical/mgus.data.tsv")
covariates <- as.matrix(mgus[, c("age", "hgb")])
fine <- crr(mgus$etime, mgus$state, covariates,
  failcode = 1, gtol = 1e-12, maxiter = 50)
new <- covariates[c(1, 50, 500, 900), ]
curves <- predict(fine, new)
for (horizon in c(60, 120, 240)) {
  keep(paste("finegray risk", horizon), curves[max(which(curves[, 1] <= horizon)), -1], 1:4)
}

# The interval: Cox's model of the weighted rows of survival::finegray, with robust errors. Its G is
# estimated otherwise, so it is near and not equal.
mgus$id <- seq_len(nrow(mgus))
mgus$which <- factor(mgus$state, 0:2, c("censored", "pcm", "death"))
weighted <- finegray(Surv(etime, which) ~ age + hgb + id, mgus, etype = "pcm")
near <- coxph(Surv(fgstart, fgstop, fgstatus) ~ age + hgb, weighted, weights = fgwt,
  ties = "breslow", cluster = id)
for (horizon in c(60, 120, 240)) {
  curve <- summary(survfit(near, newdata = mgus[c(1, 50, 500, 900), ], conf.type = "log-log"),
    times = horizon)
  keep(paste("finegray lower", horizon), 1 - drop(curve$upper), 1:4)
  keep(paste("finegray upper", horizon), 1 - drop(curve$lower), 1:4)
}

# ---- nomogram
plain <- table("risk/infert.data.tsv")
spread <- datadist(plain)
options(datadist = "spread")
logistic <- lrm(case ~ age + parity + induced + spontaneous, plain, tol = 1e-12, eps = 1e-12)
risks <- c(0.05, 0.1, 0.2, 0.3, 0.5, 0.7)
axes <- list(age = c(20, 32, 44), parity = 1:6, induced = 0:2, spontaneous = 0:2)
drawn <- do.call(nomogram, c(list(logistic), axes, list(fun = plogis, fun.at = risks, lp = FALSE)))
for (name in names(axes)) keep(paste("points", name), drawn[[name]]$points, axes[[name]])
of_risks <- drawn[["Predicted Value"]]
if (is.null(of_risks)) of_risks <- drawn[[length(drawn)]]
keep("points of risks", of_risks$x, of_risks$fat)

write.table(do.call(rbind, rows), file.path(out, "golden.tsv"), sep = "\t", quote = FALSE,
  row.names = FALSE)
