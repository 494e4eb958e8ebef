# Golden values of treatments compared after weighting and matching, on data that come with R.
#
#     Rscript make_benefit_reference.R <output folder>
#
# Needs survival, sandwich, survey and MatchIt. Writes the data as <name>.data.tsv, the pairs of
# MatchIt as pairs.tsv, and all values as golden.tsv: case, item, value with 15 digits.
suppressMessages({library(survival); library(sandwich); library(survey); library(MatchIt)})
out <- commandArgs(TRUE)[1]
options(digits = 15)
rows <- list()
keep <- function(case, values, names = base::names(values)) {
  if (is.null(names)) names <- seq_along(values)
  rows[[length(rows) + 1]] <<- data.frame(case = case, item = names,
    value = sprintf("%.15g", as.numeric(values)))
}
control <- glm.control(epsilon = 1e-15, maxit = 100)
exact <- coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100)
write <- function(data, name) write.table(data, file.path(out, paste0(name, ".data.tsv")),
  sep = "\t", quote = FALSE, row.names = FALSE)

# ---- lalonde (MatchIt): earnings after a training, an endpoint of yes and no
lalonde <- MatchIt::lalonde
lalonde$race <- as.character(lalonde$race)
lalonde$earns <- as.integer(lalonde$re78 > 5000)
lalonde$k74 <- lalonde$re74 / 1000
lalonde$k75 <- lalonde$re75 / 1000
lalonde <- lalonde[, c("treat", "age", "educ", "race", "married", "nodegree", "k74", "k75", "earns")]
write(lalonde, "lalonde")
# ---- rotterdam (survival): recurrence after hormonal therapy, every second node-positive patient
rotterdam <- survival::rotterdam
rotterdam <- rotterdam[rotterdam$nodes > 0, ]
rotterdam <- rotterdam[seq(1, nrow(rotterdam), 2), ]
rotterdam$size <- c("small", "middle", "large")[as.integer(rotterdam$size)]
rotterdam$lnodes <- round(log(rotterdam$nodes), 6)
rotterdam$lpgr <- round(log(1 + rotterdam$pgr), 6)
rotterdam$ler <- round(log(1 + rotterdam$er), 6)
rotterdam <- rotterdam[, c("age", "meno", "size", "grade", "lnodes", "lpgr", "ler", "hormon",
  "rtime", "recur")]
write(rotterdam, "rotterdam")

weights_of <- function(treated, p) {
  share <- mean(treated)
  list(overlap = ifelse(treated == 1, 1 - p, p),
    iptw = ifelse(treated == 1, share / p, (1 - share) / (1 - p)))
}
kish <- function(w) sum(w)^2 / sum(w^2)
smd_of <- function(x, treated, w, number) {
  one <- treated == 1
  spread <- if (number) (var(x[one]) + var(x[!one])) / 2 else
    (mean(x[one]) * (1 - mean(x[one])) + mean(x[!one]) * (1 - mean(x[!one]))) / 2
  abs(weighted.mean(x[one], w[one]) - weighted.mean(x[!one], w[!one])) / sqrt(spread)
}
pairs_of <- function(data, formula, distance, names) {
  found <- matchit(formula, data, distance = distance, caliper = 0.2, replace = FALSE,
    m.order = "largest")
  own <- found$match.matrix[, 1]
  own <- own[!is.na(own)]
  data.frame(treated = match(base::names(own), rownames(data)), control = match(own, rownames(data)))
}
pairs <- list()

# ---- yes and no
formula <- treat ~ age + educ + race + married + nodegree + k74 + k75
for (part in list(list("lalonde", lalonde), list("lalonde nodegree", lalonde[lalonde$nodegree == 1, ]))) {
  case <- part[[1]]; d <- part[[2]]
  own <- if (case == "lalonde") formula else update(formula, . ~ . - nodegree)
  fit <- glm(own, binomial, d, control = control)
  p <- fitted(fit)
  keep(paste(case, "propensity"), p[seq(1, nrow(d), 25)])
  crude <- glm(earns ~ treat, binomial, d, control = control)
  keep(paste(case, "crude"), c(coef = coef(crude)[["treat"]], se = sqrt(vcov(crude)[2, 2])))
  for (method in c("overlap", "iptw")) {
    d$w <- weights_of(d$treat, p)[[method]]
    w <- d$w
    found <- suppressWarnings(glm(earns ~ treat, quasibinomial, d, weights = w, control = control))
    se <- sqrt(sandwich(found)[2, 2])
    by_survey <- svyglm(earns ~ treat, svydesign(~1, weights = ~w, data = d),
      family = quasibinomial, control = control)
    n <- nrow(d)
    stopifnot(abs(sqrt(vcov(by_survey)[2, 2] * (n - 1) / n) / se - 1) < 1e-8)
    keep(paste(case, method), c(coef = coef(found)[["treat"]], se = se,
      ess_treated = kish(w[d$treat == 1]), ess_control = kish(w[d$treat == 0]),
      risk_treated = weighted.mean(d$earns[d$treat == 1], w[d$treat == 1]),
      risk_control = weighted.mean(d$earns[d$treat == 0], w[d$treat == 0]),
      age = smd_of(d$age, d$treat, w, TRUE), k74 = smd_of(d$k74, d$treat, w, TRUE),
      black = smd_of(d$race == "black", d$treat, w, FALSE),
      hispan = smd_of(d$race == "hispan", d$treat, w, FALSE)))
  }
  one <- rep(1, nrow(d))
  keep(paste(case, "before"), c(age = smd_of(d$age, d$treat, one, TRUE),
    k74 = smd_of(d$k74, d$treat, one, TRUE), black = smd_of(d$race == "black", d$treat, one, FALSE),
    hispan = smd_of(d$race == "hispan", d$treat, one, FALSE)))
}

# ---- times, all and by grade
formula <- hormon ~ age + meno + size + grade + lnodes + lpgr + ler
parts <- list(list("rotterdam", rotterdam), list("rotterdam grade 2", rotterdam[rotterdam$grade == 2, ]),
  list("rotterdam grade 3", rotterdam[rotterdam$grade == 3, ]))
for (part in parts) {
  case <- part[[1]]; d <- part[[2]]
  own <- if (case == "rotterdam") formula else update(formula, . ~ . - grade)
  p <- fitted(glm(own, binomial, d, control = control))
  crude <- coxph(Surv(rtime, recur) ~ hormon, d, control = exact)
  keep(paste(case, "crude"), c(coef = coef(crude)[[1]], se = sqrt(vcov(crude)[1, 1])))
  for (method in c("overlap", "iptw")) {
    d$w <- weights_of(d$hormon, p)[[method]]
    found <- coxph(Surv(rtime, recur) ~ hormon, d, weights = w, robust = TRUE, control = exact)
    keep(paste(case, method), c(coef = coef(found)[[1]], se = sqrt(vcov(found)[1, 1]),
      ess_treated = kish(d$w[d$hormon == 1]), ess_control = kish(d$w[d$hormon == 0])))
  }
  # MatchIt 4.5.1 to 4.5.3 take the whole part of a distance (its issue 163): 0.4 and 0.01 are both
  # 0 there. Multiplied, whole parts tell them apart; caliper and order are those of the logit.
  distance <- 1e8 * qlogis(p)
  stopifnot(!anyDuplicated(distance))
  matched <- pairs_of(d, own, distance)
  pairs[[length(pairs) + 1]] <- cbind(case = case, matched)
  apart <- abs(distance[matched$treated] - distance[matched$control])
  stopifnot(max(apart) <= 0.2 * sd(distance))
  m <- rbind(data.frame(d[matched$treated, ], pair = seq_len(nrow(matched))),
    data.frame(d[matched$control, ], pair = seq_len(nrow(matched))))
  found <- coxph(Surv(rtime, recur) ~ hormon, m, cluster = pair, control = exact)
  keep(paste(case, "match"), c(coef = coef(found)[[1]], se = sqrt(vcov(found)[1, 1])))
  early <- as.integer(m$recur == 1 & m$rtime < 3 * 365)
  found <- glm(early ~ hormon, binomial, m, control = control)
  keep(paste(case, "match early"), c(coef = coef(found)[[2]],
    se = sqrt(vcovCL(found, m$pair, type = "HC0", cadjust = FALSE)[2, 2])))
}
rotterdam$w <- weights_of(rotterdam$hormon,
  fitted(glm(formula, binomial, rotterdam, control = control)))$overlap
treated <- rotterdam[rotterdam$hormon == 1, ]
curve <- survfit(Surv(rtime, recur) ~ 1, treated, weights = w)
places <- seq(5, length(curve$time), by = 12)
keep("rotterdam curve", curve$surv[places], curve$time[places])
# Xie and Liu (2005), written out
at_risk <- sapply(curve$time, function(t) sum(treated$w[treated$rtime >= t])^2 /
  sum(treated$w[treated$rtime >= t]^2))
left <- 1 - curve$n.event / curve$n.risk
variance <- curve$surv^2 * cumsum((1 - left) / (at_risk * left))
keep("rotterdam curve se", sqrt(variance)[places], curve$time[places])

# ---- interaction with the stratum: one weighted model with the weights of each stratum
d <- rotterdam
for (g in unique(d$grade)) {
  own <- d$grade == g
  p <- fitted(glm(update(formula, . ~ . - grade), binomial, d[own, ], control = control))
  d$w[own] <- weights_of(d$hormon[own], p)$overlap
}
d$h2 <- d$hormon * (d$grade == 2); d$h3 <- d$hormon * (d$grade == 3)
both <- coxph(Surv(rtime, recur) ~ h2 + h3 + strata(grade), d, weights = w, robust = TRUE,
  control = exact)
k <- c(1, -1)
z <- sum(k * coef(both))^2 / c(k %*% vcov(both) %*% k)
keep("rotterdam interaction", c(pvalue = pchisq(z, 1, lower.tail = FALSE)))
d <- lalonde
d$w <- NA
formula <- treat ~ age + educ + race + married + k74 + k75
d$third <- cut(d$age, c(0, 20, 27, 100), labels = c("a", "b", "c"))
for (g in levels(d$third)) {
  own <- d$third == g
  d$w[own] <- weights_of(d$treat[own], fitted(glm(formula, binomial, d[own, ], control = control)))$overlap
}
both <- suppressWarnings(glm(earns ~ 0 + third + treat:third, quasibinomial, d, weights = w,
  control = control))
L <- rbind(c(0, 0, 0, 1, -1, 0), c(0, 0, 0, 0, 1, -1))
z <- c(t(L %*% coef(both)) %*% solve(L %*% sandwich(both) %*% t(L)) %*% (L %*% coef(both)))
keep("lalonde interaction", c(pvalue = pchisq(z, 2, lower.tail = FALSE)))

write.table(do.call(rbind, pairs), file.path(out, "pairs.tsv"), sep = "\t", quote = FALSE,
  row.names = FALSE)
write.table(do.call(rbind, rows), file.path(out, "golden.tsv"), sep = "\t", quote = FALSE,
  row.names = FALSE)
