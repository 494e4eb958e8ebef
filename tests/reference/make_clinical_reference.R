# Golden values of the clinical statistics from R, on data sets that come with R.
#
#     Rscript make_clinical_reference.R <output folder>
#
# Needs survival, cmprsk, maxstat, coin and rms. Writes the data as <name>.data.tsv and all values
# as golden.tsv: case, item, value with 15 digits.
suppressMessages({
  library(survival); library(cmprsk); library(maxstat); library(coin); library(rms)
})
out <- commandArgs(TRUE)[1]
options(digits = 15)
rows <- list()
keep <- function(case, values, names = base::names(values)) {
  if (is.null(names)) names <- seq_along(values)
  rows[[length(rows) + 1]] <<- data.frame(case = case, item = names,
    value = sprintf("%.15g", as.numeric(values)))
}
save <- function(data, name) {
  write.table(data, file.path(out, paste0(name, ".data.tsv")), sep = "\t", quote = FALSE,
    row.names = FALSE, na = "NA")
}

# ---- data
lung <- na.omit(transform(survival::lung, status = status - 1)[, c("time", "status", "age", "sex",
  "ph.ecog", "wt.loss", "ph.karno")])
save(lung, "lung")
veteran <- survival::veteran
veteran$w <- rep(c(0.5, 1, 1.5, 2), length.out = nrow(veteran))
save(veteran, "veteran")
colon <- na.omit(subset(survival::colon, etype == 1)[, c("id", "time", "status", "rx", "sex", "age",
  "obstruct", "nodes", "differ", "node4")])
save(colon, "colon")
pbc <- subset(survival::pbc, !is.na(trt))[, c("time", "status", "trt", "age", "sex", "edema", "bili",
  "albumin", "stage", "hepato")]
pbc <- pbc[complete.cases(pbc), ]
save(pbc, "pbc")
bladder <- survival::bladder2[, c("id", "start", "stop", "event", "rx", "size", "number", "enum")]
save(bladder, "bladder")
heart <- survival::heart[, c("start", "stop", "event", "age", "year", "surgery", "transplant", "id")]
heart$transplant <- as.numeric(as.character(heart$transplant))
save(heart, "heart")
mgus <- survival::mgus2
mgus$etime <- with(mgus, ifelse(pstat == 0, futime, ptime))
mgus$state <- with(mgus, ifelse(pstat == 0, 2 * death, 1))
mgus$male <- as.numeric(mgus$sex == "M")
mgus <- mgus[complete.cases(mgus[, c("age", "mspike", "hgb")]),
  c("etime", "state", "age", "mspike", "hgb", "male")]
save(mgus, "mgus")

# ---- Kaplan-Meier: medians, survival at times, restricted means, follow-up
curve <- function(case, formula, data, times, horizon) {
  for (type in c("log-log", "log", "plain")) {
    fit <- survfit(formula, data, conf.type = type)
    table <- summary(fit, rmean = horizon)$table
    if (is.null(dim(table))) table <- t(table)
    label <- paste(case, type)
    for (g in seq_len(nrow(table))) {
      keep(label, table[g, c("median", "0.95LCL", "0.95UCL", "rmean", "se(rmean)")],
        paste0(g, c(" median", " lower", " upper", " rmean", " se")))
    }
    s <- summary(fit, times = times, extend = TRUE)
    for (part in c("n.risk", "surv", "std.err", "lower", "upper")) {
      keep(paste(label, part), s[[part]])
    }
  }
}
curve("lung sex", Surv(time, status) ~ sex, lung, c(100, 365, 700), 365)
curve("veteran celltype", Surv(time, status) ~ celltype, veteran, c(30, 100, 300), 100)
curve("colon rx", Surv(time, status) ~ rx, colon, c(365, 1000, 2000), 2000)
curve("heart transplant", Surv(start, stop, event) ~ 1, heart, c(30, 100, 400), 400)
flat <- data.frame(time = c(1, 2, 3, 4, 5, 6, 7, 8), status = c(1, 1, 1, 1, 0, 0, 1, 1))
keep("flat median", summary(survfit(Surv(time, status) ~ 1, flat, conf.type = "log-log"))$table[
  c("median", "0.95LCL", "0.95UCL")])
end <- data.frame(time = c(1, 2, 3, 4, 5, 6), status = c(1, 1, 1, 0, 0, 0))
keep("flat end median", summary(survfit(Surv(time, status) ~ 1, end, conf.type = "log-log"))$table[
  c("median", "0.95LCL", "0.95UCL")])
keep("lung follow-up", summary(survfit(Surv(time, 1 - status) ~ 1, lung, conf.type = "log-log"))$table[
  c("median", "0.95LCL", "0.95UCL")])

# ---- log-rank
logrank <- function(case, formula, data, rho = 0) {
  d <- survdiff(formula, data, rho = rho)
  keep(case, c(d$chisq, length(d$n) - 1, pchisq(d$chisq, length(d$n) - 1, lower.tail = FALSE)),
    c("chisq", "df", "pvalue"))
  invisible(d)
}
d <- logrank("logrank lung", Surv(time, status) ~ sex, lung)
logrank("fh10 lung", Surv(time, status) ~ sex, lung, rho = 1)
logrank("stratified lung", Surv(time, status) ~ sex + strata(ph.ecog), lung)
d <- logrank("logrank veteran", Surv(time, status) ~ celltype, veteran)
s <- 1:4
z <- sum(s * (d$obs - d$exp))^2 / (t(s) %*% d$var %*% s)
keep("trend veteran", c(chisq = z, pvalue = pchisq(z, 1, lower.tail = FALSE)))
logrank("fh10 veteran", Surv(time, status) ~ celltype, veteran, rho = 1)
logrank("logrank colon", Surv(time, status) ~ rx, colon)
d <- survdiff(Surv(time, status) ~ rx + strata(node4), colon)
keep("stratified colon", c(chisq = d$chisq))
d <- survdiff(Surv(time, status == 2) ~ stage, pbc)
keep("logrank pbc", c(chisq = d$chisq))
s <- 1:4
keep("trend pbc", c(chisq = sum(s * (d$obs - d$exp))^2 / (t(s) %*% d$var %*% s)))

# ---- Cox
tight <- coxph.control(eps = 1e-14, iter.max = 60, toler.chol = 1e-13)
cox <- function(case, fit, zph = TRUE) {
  n <- names(coef(fit))
  keep(paste(case, "coef"), coef(fit), n)
  keep(paste(case, "se"), sqrt(diag(if (is.null(fit$naive.var)) fit$var else fit$naive.var)), n)
  if (!is.null(fit$naive.var)) keep(paste(case, "robust"), sqrt(diag(fit$var)), n)
  keep(paste(case, "loglik"), fit$loglik, c("null", "model"))
  c1 <- concordance(fit)
  keep(paste(case, "concordance"), c(c1$concordance, sqrt(c1$var)), c("value", "se"))
  if (zph) {
    for (g in c("km", "rank", "identity", "log")) {
      z <- cox.zph(fit, transform = g)$table
      for (k in rownames(z)) keep(paste(case, "zph", g), z[k, ], paste(k, colnames(z)))
    }
  }
  invisible(fit)
}
f <- cox("lung efron", coxph(Surv(time, status) ~ age + sex + ph.ecog, lung, control = tight))
keep("lung uno", concordance(f, timewt = "n/G2")$concordance)
b <- basehaz(f, centered = TRUE)
b <- b[!duplicated(b$hazard) & b$hazard > 0, ]
keep("lung baseline", b$hazard, b$time)
keep("lung schoenfeld", colSums(abs(residuals(f, "schoenfeld"))))
keep("lung scaled schoenfeld", colSums(abs(residuals(f, "scaledsch"))))
keep("lung score residuals", colSums(abs(residuals(f, "score"))))
keep("lung vif", vif(cph(Surv(time, status) ~ age + sex + ph.ecog, lung)))
new <- data.frame(age = c(50, 70), sex = c(1, 2), ph.ecog = c(0, 2))
p <- summary(survfit(f, newdata = new), times = c(100, 365, 700))$surv
keep("lung predicted", as.vector(p))
cox("lung breslow", coxph(Surv(time, status) ~ age + sex + ph.ecog, lung, ties = "breslow",
  control = tight), zph = FALSE)
cox("lung strata", coxph(Surv(time, status) ~ age + wt.loss + strata(sex), lung, control = tight))
cox("veteran", coxph(Surv(time, status) ~ trt + celltype + karno + age, veteran, control = tight))
v <- coxph(Surv(time, status) ~ trt + karno, veteran, weights = w, robust = TRUE, control = tight)
cox("veteran weights", v, zph = FALSE)
keep("veteran weights zph", cox.zph(v)$table[, "chisq"])
cox("colon cluster", coxph(Surv(time, status) ~ rx + nodes + age + cluster(differ), colon,
  control = tight))
f <- coxph(Surv(time, status) ~ rx * node4 + age, colon, control = tight)
cox("colon interaction", f, zph = FALSE)
f0 <- coxph(Surv(time, status) ~ rx + node4 + age, colon, control = tight)
keep("colon interaction lrt", anova(f0, f)[2, c("Chisq", "Df", "Pr(>|Chi|)")], c("chisq", "df", "pvalue"))
cox("bladder", coxph(Surv(start, stop, event) ~ rx + size + number + strata(enum), bladder,
  cluster = id, control = tight))
cox("heart", coxph(Surv(start, stop, event) ~ age + year + surgery + transplant, heart, control = tight))
cox("pbc", coxph(Surv(time, status == 2) ~ age + edema + log(bili) + albumin, pbc, control = tight))
l <- subset(veteran, time > 60)
keep("veteran landmark", coef(coxph(Surv(time - 60, status) ~ trt + karno, l, control = tight)),
  c("trt", "karno"))
k <- c(40, 60, 80)
keep("spline", as.vector(rcspline.eval(c(30, 45, 55, 62, 75, 90), knots = k, inclx = TRUE)))

# ---- Firth's penalty: the penalised likelihood of two covariates, maximised one inside the other
firth <- function(case, y, x) {
  value <- function(b) {
    f <- coxph(y ~ x, init = b, control = coxph.control(iter.max = 0))
    f$loglik[2] - log(det(vcov(f))) / 2
  }
  second <- function(first) {
    optimize(function(b) value(c(first, b)), c(-1, 1), maximum = TRUE, tol = 1e-12)
  }
  profile <- function(first) second(first)$objective
  best <- optimize(profile, c(-4, 2), maximum = TRUE, tol = 1e-10)
  keep(paste(case, "coef"), c(best$maximum, second(best$maximum)$maximum))
  keep(paste(case, "loglik"), c(value(c(0, 0)), best$objective))
  drop <- function(b) profile(b) - best$objective + qchisq(0.95, 1) / 2
  low <- uniroot(drop, c(best$maximum - 10, best$maximum), tol = 1e-10)$root
  high <- uniroot(drop, c(best$maximum, best$maximum + 6), tol = 1e-10)$root
  keep(paste(case, "limits"), c(low, high))
  keep(paste(case, "pvalue"), pchisq(2 * (best$objective - profile(0)), 1, lower.tail = FALSE))
}
ovarian <- survival::ovarian
ovarian$spared <- as.numeric(ovarian$fustat == 0 & ovarian$resid.ds == 1)
save(ovarian[, c("futime", "fustat", "age", "spared", "rx")], "ovarian")
suppressWarnings(firth("firth ovarian", with(ovarian, Surv(futime, fustat)),
  as.matrix(ovarian[, c("spared", "age")])))

# ---- competing risks
competing <- function(case, time, state, group, times) {
  fit <- survfit(Surv(time, factor(state, 0:2)) ~ group)
  s <- summary(fit, times = times)
  keep(paste(case, "incidence"), as.vector(s$pstate[, -1]))
  keep(paste(case, "incidence se"), as.vector(s$std.err[, -1]))
  g <- cuminc(time, state, group)$Tests
  keep(paste(case, "gray"), as.vector(g), c("1 stat", "2 stat", "1 pvalue", "2 pvalue", "1 df", "2 df"))
}
competing("mgus", mgus$etime, mgus$state, mgus$male, c(12, 60, 120, 240))
p2 <- survival::pbc[!is.na(survival::pbc$stage), ]
save(p2[, c("time", "status", "stage", "age", "albumin")], "pbc_states")
competing("pbc", p2$time, p2$status, p2$stage, c(365, 1500, 3000))
f <- crr(mgus$etime, mgus$state, mgus[, c("age", "mspike", "male")], maxiter = 80, gtol = 1e-13)
keep("mgus finegray", c(f$coef, sqrt(diag(f$var)), f$loglik.null, f$loglik),
  c("age", "mspike", "male", "se age", "se mspike", "se male", "null", "model"))
f <- crr(p2$time, p2$status, p2[, c("age", "albumin")], failcode = 1, maxiter = 80, gtol = 1e-13)
keep("pbc finegray", c(f$coef, sqrt(diag(f$var))), c("age", "albumin", "se age", "se albumin"))

# ---- the best cut-off
best <- function(case, formula, data, low, high) {
  for (method in c("Lau92", "Lau94")) {
    m <- maxstat.test(formula, data, smethod = "LogRank", pmethod = method, minprop = low, maxprop = high)
    keep(paste(case, method), c(m$statistic, m$estimate, m$p.value), c("statistic", "cut", "pvalue"))
  }
  keep(paste(case, "scan"), m$stats, sprintf("%.15g", m$cuts))
}
set.seed(1)
m <- maxstat.test(Surv(time, status) ~ age, veteran, smethod = "LogRank", pmethod = "condMC", B = 99999)
keep("maxstat permutation", c(pvalue = m$p.value))
best("maxstat lung", Surv(time, status) ~ age, lung, 0.1, 0.9)
best("maxstat veteran", Surv(time, status) ~ karno, veteran, 0.1, 0.9)
best("maxstat pbc", Surv(time, status == 2) ~ bili, transform(pbc), 0.2, 0.8)

# ---- tables of counts and differences
tables <- list("reconstruction" = matrix(c(12, 20, 4, 29), 2),
  "3x3" = matrix(c(3, 7, 2, 5, 1, 9, 4, 4, 6), 3), "2x4" = matrix(c(6, 3, 31, 24, 12, 6, 4, 6), 2),
  "4x3" = matrix(c(8, 2, 1, 9, 4, 7, 3, 3, 0, 5, 6, 2), 4))
for (name in names(tables)) {
  t <- tables[[name]]
  keep(paste("table", name), c(fisher.test(t, workspace = 2e7)$p.value,
    suppressWarnings(chisq.test(t, correct = FALSE))[c("statistic", "parameter", "p.value")]),
    c("fisher", "chisq", "df", "pvalue"))
}
keep("prop trend", with(prop.trend.test(tables[["2x4"]][1, ], colSums(tables[["2x4"]])), c(statistic, p.value)),
  c("chisq", "pvalue"))
l <- lbl_test(as.table(tables[["4x3"]]))
keep("linear by linear", c(statistic(l)^2, pvalue(l)), c("chisq", "pvalue"))
a <- pbc$bili[pbc$trt == 1]; b <- pbc$bili[pbc$trt == 2]
keep("two groups", c(wilcox.test(a, b)$p.value, t.test(a, b)$p.value, t.test(a, b)$parameter,
  wilcox.test(a[1:12] + (1:12) / 1e4, b[1:9] + (13:21) / 1e5)$p.value),
  c("wilcoxon", "welch", "df", "wilcoxon exact"))
keep("several groups", c(kruskal.test(pbc$bili, pbc$stage)$p.value,
  summary(aov(pbc$bili ~ factor(pbc$stage)))[[1]][1, 5]), c("kruskal", "anova"))

golden <- do.call(rbind, rows)
write.table(golden, file.path(out, "golden.tsv"), sep = "\t", quote = FALSE, row.names = FALSE)
