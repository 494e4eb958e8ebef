# Performance of risk models in R: areas, calibration, Brier scores, net benefit, optimism.
#
#     Rscript make_performance_reference.R <output folder>
#
# Needs survival, rms and pROC. Data: infert and its models as in make_risk_reference.R; lung and
# a made-up cohort with a competing event as <name>.data.tsv. Writes golden.tsv: case, item, value.
suppressMessages({library(rms); library(pROC); library(survival)})
out <- commandArgs(TRUE)[1]
rows <- list()
keep <- function(case, values, names = base::names(values)) {
  if (is.null(names)) names <- seq_along(values)
  rows[[length(rows) + 1]] <<- data.frame(case = case, item = names,
    value = sprintf("%.15g", as.numeric(values)))
}
control <- glm.control(epsilon = 1e-15, maxit = 100)
tight <- function(formula, data, offset = NULL, weights = NULL) suppressWarnings(
  eval(bquote(glm(.(formula), binomial, data, control = control, offset = .(offset),
    weights = .(weights)))))
formula <- case ~ age + parity + induced + spontaneous
infert <- datasets::infert
n <- nrow(infert)
model <- tight(formula, infert)
small <- tight(case ~ age + parity, infert)

# ---- yes and no: made in the even rows, judged in the odd ones
half <- seq_len(n) %% 2 == 0
made <- tight(formula, infert[half, ])
other <- infert[!half, ]
lp <- predict(made, other)
p <- plogis(lp)
y <- other$case
curve <- roc(y, p, quiet = TRUE, direction = "<")
keep("external area", c(estimate = as.numeric(curve$auc), lower = ci.auc(curve)[1],
  upper = ci.auc(curve)[3]))
offset <- tight(y ~ 1, data.frame(y), offset = lp)
bent <- tight(y ~ lp, data.frame(y, lp))
keep("external calibration", c(intercept = coef(offset)[[1]], intercept_se = sqrt(vcov(offset)[1]),
  slope = coef(bent)[[2]], slope_se = sqrt(vcov(bent)[2, 2]), brier = mean((y - p)^2),
  scaled = 1 - mean((y - p)^2) / (mean(y) * (1 - mean(y)))))
val <- val.prob(p, y, pl = FALSE)
stopifnot(abs(val["Brier"] - mean((y - p)^2)) < 1e-6, abs(val["Slope"] - coef(bent)[[2]]) < 1e-3)
knots <- quantile(lp, c(0.05, 0.35, 0.65, 0.95))
smooth <- tight(y ~ rcs(lp, knots), data.frame(y, lp))
at <- c(0.1, 0.3, 0.6)
found <- predict(smooth, data.frame(lp = qlogis(at)), se.fit = TRUE)
z <- qnorm(0.975)
keep("external curve", plogis(found$fit), at)
keep("external curve lower", plogis(found$fit - z * found$se.fit), at)
keep("external curve upper", plogis(found$fit + z * found$se.fit), at)

# ---- net benefit by its formula, of the model in all patients
benefit <- function(p, y, t) mean(p >= t & y == 1) - mean(p >= t & y == 0) * t / (1 - t)
thresholds <- c(0.1, 0.2, 0.3, 0.5)
keep("net benefit", sapply(thresholds, function(t) benefit(fitted(model), infert$case, t)),
  thresholds)
keep("treat all", sapply(thresholds, function(t) benefit(rep(1, n), infert$case, t)), thresholds)
best <- coords(roc(infert$case, fitted(model), quiet = TRUE, direction = "<"), "best")
keep("youden", unlist(best[1, c("sensitivity", "specificity")]))

# ---- optimism in stated resamples: number i of resample b is row (31 i^2 + 17 b i + b) mod n
resample <- function(b) (31 * seq_len(n)^2 + 17 * b * seq_len(n) + b) %% n + 1
judge <- function(fit, data) {
  lp <- predict(fit, data)
  p <- plogis(lp)
  y <- data$case
  c(auc = as.numeric(roc(y, p, quiet = TRUE, direction = "<")$auc), brier = mean((y - p)^2),
    calibration_slope = coef(tight(y ~ lp, data.frame(y, lp)))[[2]],
    calibration_intercept = coef(tight(y ~ 1, data.frame(y), offset = lp))[[1]],
    net_benefit = benefit(p, y, 0.3))
}
differences <- sapply(1:20, function(b) {
  drawn <- infert[resample(b), ]
  fit <- tight(formula, drawn)
  judge(fit, drawn) - judge(fit, infert)
})
keep("optimism", rowMeans(differences))
set.seed(1)
own <- lrm(formula, infert, x = TRUE, y = TRUE)
found <- validate(own, B = 500)
keep("validate", c(auc = found["Dxy", "optimism"] / 2, calibration_slope = found["Slope",
  "optimism"], brier = found["B", "optimism"]))

# ---- difference of areas in patients the models were not made in
made_small <- tight(case ~ age + parity, infert[half, ])
test <- roc.test(curve, roc(y, predict(made_small, other), quiet = TRUE, direction = "<"),
  method = "delong", paired = TRUE)
keep("external difference", c(estimate = as.numeric(test$estimate[1] - test$estimate[2]),
  lower = test$conf.int[1], upper = test$conf.int[2], pvalue = test$p.value))
keep("nested", c(statistic = small$deviance - model$deviance,
  pvalue = pchisq(small$deviance - model$deviance, 2, lower.tail = FALSE)))

# ---- survival: inverse-probability-of-censoring weights written out
weights_of <- function(time, state, t) {
  # at a tied time, events come before censorings
  steps <- sort(unique(time))
  factor <- sapply(steps, function(s) 1 - sum(time == s & state == 0) /
    sum(time > s | (time == s & state == 0)))
  factor[is.nan(factor)] <- 1
  g <- cumprod(factor)
  before <- function(x) sapply(x, function(v) { k <- which(steps < v); if (length(k)) g[max(k)] else 1 })
  until <- g[max(which(steps <= t))]
  ifelse(time <= t & state > 0, 1 / before(time), ifelse(time > t, 1 / until, 0))
}
area_of <- function(w, event, score) {
  i <- which(event); j <- which(!event & w > 0)
  wins <- outer(score[i], score[j], ">") + 0.5 * outer(score[i], score[j], "==")
  sum(wins * outer(w[i], w[j])) / sum(outer(w[i], w[j]))
}
lung <- na.omit(survival::lung[, c("time", "status", "age", "sex", "ph.ecog")])
lung$state <- lung$status - 1
write.table(lung[, c("time", "state", "age", "sex", "ph.ecog")], file.path(out, "lung.data.tsv"),
  sep = "\t", quote = FALSE, row.names = FALSE)
half <- seq_len(nrow(lung)) %% 2 == 0
cox <- coxph(Surv(time, state) ~ age + sex + ph.ecog, lung[half, ],
  control = coxph.control(eps = 1e-14, toler.chol = 1e-14))
other <- lung[!half, ]
t <- 365
lp <- predict(cox, other, reference = "sample")
curve <- summary(survfit(cox, other), times = t)$surv
risk <- 1 - as.numeric(curve)
w <- weights_of(other$time, other$state, t)
event <- other$time <= t & other$state == 1
km <- 1 - summary(survfit(Surv(time, state) ~ 1, other), times = t)$surv
b <- sum(w * (event - risk)^2) / nrow(other)
keep("lung", c(auc = area_of(w, event, risk), brier = b,
  scaled_brier = 1 - b / (sum(w * (event - km)^2) / nrow(other)),
  harrell = concordance(Surv(time, state) ~ lp, other, reverse = TRUE)$concordance,
  uno = concordance(Surv(time, state) ~ lp, other, reverse = TRUE, timewt = "n/G2")$concordance,
  slope = coef(coxph(Surv(time, state) ~ lp, other))[[1]],
  observed_expected = km / mean(risk)))
survival_benefit <- function(risk, data, pt) {
  chosen <- risk >= pt
  if (!any(chosen)) return(0)
  f <- 1 - summary(survfit(Surv(time, state) ~ 1, data[chosen, ]), times = t)$surv
  mean(chosen) * (f - (1 - f) * pt / (1 - pt))
}
at <- c(0.3, 0.45, 0.55, 0.65)
keep("lung benefit", sapply(at, function(pt) survival_benefit(risk, other, pt)), at)
keep("lung risk", risk[1:5])
logit <- qlogis(risk)
knots <- quantile(logit, c(0.05, 0.35, 0.65, 0.95))
known <- w > 0
fit <- tight(yes ~ rcs(x, knots), data.frame(yes = event[known], x = logit[known]),
  weights = w[known])
x <- model.matrix(fit)
scores <- x * (w[known] * (event[known] - fitted(fit)))
bread <- solve(crossprod(x * sqrt(w[known] * fitted(fit) * (1 - fitted(fit)))))
v <- bread %*% crossprod(scores) %*% bread
new <- cbind(1, rcspline.eval(qlogis(0.5), knots, inclx = TRUE))
keep("lung curve", c(value = plogis(drop(new %*% coef(fit))),
  lower = plogis(drop(new %*% coef(fit)) - z * sqrt(drop(new %*% v %*% t(new))))))

# ---- competing events: mgus2 of survival, first 400 patients; progression before death
mgus <- survival::mgus2[1:400, ]
mgus$time <- with(mgus, ifelse(pstat == 1, ptime, futime))
mgus$state <- with(mgus, ifelse(pstat == 1, 1, 2 * death))
mgus <- na.omit(mgus[, c("time", "state", "age", "mspike", "hgb")])
write.table(mgus, file.path(out, "mgus.data.tsv"), sep = "\t", quote = FALSE, row.names = FALSE)
t <- 120
score <- mgus$mspike - mgus$hgb / 20
risk <- plogis(-2.5 + score)
w <- weights_of(mgus$time, mgus$state, t)
event <- mgus$time <= t & mgus$state == 1
incidence <- function(data) {
  found <- survfit(Surv(time, factor(state, 0:2)) ~ 1, data)
  summary(found, times = t)$pstate[2]
}
never <- transform(mgus, time = ifelse(state == 2, max(time) + 1, time), state = state == 1)
keep("mgus", c(auc = area_of(w, event, score), brier = sum(w * (event - risk)^2) / nrow(mgus),
  incidence = incidence(mgus),
  harrell = concordance(Surv(time, state) ~ score, never, reverse = TRUE)$concordance))
at <- c(0.1, 0.15, 0.25)
keep("mgus benefit", sapply(at, function(pt) {
  chosen <- risk >= pt
  f <- incidence(mgus[chosen, ])
  mean(chosen) * (f - (1 - f) * pt / (1 - pt))
}), at)

write.table(do.call(rbind, rows), file.path(out, "golden.tsv"), sep = "\t", quote = FALSE,
  row.names = FALSE)
