# Multiple imputation in R: Rubin's rules on stated completed data sets, and backward selection.
#
#     Rscript make_imputation_reference.R <output folder>
#
# Needs mice, mitml, MASS, survival. Data: birthwt (MASS) with gaps made here, lung (survival) with
# its own. Writes <name>.gaps.tsv (the data), <name>.completed.tsv (five completed data sets, `set`
# says which) and golden.tsv: case, item, value.
suppressMessages({library(mice); library(MASS); library(survival)})
out <- commandArgs(TRUE)[1]
rows <- list()
keep <- function(case, values, names = base::names(values)) {
  if (is.null(names)) names <- seq_along(values)
  rows[[length(rows) + 1]] <<- data.frame(case = case, item = names,
    value = sprintf("%.15g", as.numeric(values)))
}
write <- function(data, name) write.table(data, file.path(out, paste0(name, ".tsv")), sep = "\t",
  quote = FALSE, row.names = FALSE, na = "")
control <- glm.control(epsilon = 1e-15, maxit = 100)
tight <- coxph.control(eps = 1e-13, toler.chol = 1e-15, iter.max = 100)
pooled <- function(case, fits) {
  found <- pool(fits)$pooled
  names <- as.character(found$term)
  keep(paste(case, "estimate"), found$estimate, names)
  keep(paste(case, "se"), sqrt(found$t), names)
  keep(paste(case, "df"), found$df, names)
  keep(paste(case, "fmi"), found$fmi, names)
  shown <- summary(pool(fits), conf.int = TRUE)
  keep(paste(case, "p"), shown$p.value, names)
  keep(paste(case, "lower"), shown[["2.5 %"]], names)
}

# ---- logistic: birth weight below 2.5 kg
births <- MASS::birthwt[, c("low", "age", "lwt", "race", "smoke", "ht")]
births$race <- factor(births$race, 1:3, c("white", "black", "other"))
set.seed(7)
births$lwt[runif(nrow(births)) < plogis(-1.5 + births$low)] <- NA
births$race[runif(nrow(births)) < 0.12] <- NA
births$smoke[runif(nrow(births)) < 0.08] <- NA
write(births, "birthwt.gaps")
births$smoke <- factor(births$smoke)
filled <- mice(births, m = 5, maxit = 5, seed = 1, printFlag = FALSE)
long <- complete(filled, "long")
write(cbind(set = long$.imp, long[, names(births)]), "birthwt.completed")
fits <- with(filled, glm(low ~ age + lwt + race + smoke + ht, binomial, control = control))
pooled("births", fits)
for (term in c("race", "lwt")) {
  less <- with(filled, glm(reformulate(setdiff(c("age", "lwt", "race", "smoke", "ht"), term), "low"),
    binomial, control = control))
  test <- mitml::testModels(as.mitml.result(fits), as.mitml.result(less), method = "D1")$test
  keep(paste("births D1", term), test[1, ], c("statistic", "df", "df_below", "p", "riv"))
}

# ---- hazards: lung cancer
lung <- survival::lung[, c("time", "status", "age", "sex", "ph.ecog", "wt.loss")]
lung <- lung[!is.na(lung$ph.ecog) & lung$ph.ecog < 3, ]
lung$status <- lung$status - 1
set.seed(8)
lung$ph.ecog[runif(nrow(lung)) < 0.15] <- NA
names(lung) <- c("months", "status", "age", "sex", "ecog", "loss")
write(lung, "lung.gaps")
lung$ecog <- factor(lung$ecog)
filled <- mice(lung, m = 5, maxit = 5, seed = 2, printFlag = FALSE)
long <- complete(filled, "long")
write(cbind(set = long$.imp, long[, names(lung)]), "lung.completed")
fits <- with(filled, coxph(Surv(months, status) ~ age + sex + ecog + loss, control = tight))
pooled("lung", fits)
less <- with(filled, coxph(Surv(months, status) ~ age + sex + loss, control = tight))
test <- mitml::testModels(as.mitml.result(fits), as.mitml.result(less), method = "D1")$test
keep("lung D1 ecog", test[1, ], c("statistic", "df", "df_below", "p", "riv"))

# ---- the cumulative hazard of each patient
curve <- survfit(Surv(months, status) ~ 1, lung, ctype = 1)
keep("nelson aalen", curve$cumhaz[match(lung$months, curve$time)])

# ---- backward selection
births <- MASS::birthwt
births$race <- factor(births$race, 1:3, c("white", "black", "other"))
births <- births[, names(births) != "bwt"]
write(births, "births")
chosen <- function(case, model, k = 2) {
  found <- stepAIC(model, direction = "backward", trace = 0, k = k)
  terms <- attr(terms(found), "term.labels")
  keep(case, rep(1, length(terms)), terms)
  keep(paste(case, "aic"), AIC(found), "aic")
}
full <- glm(low ~ age + lwt + race + smoke + ptl + ht + ui + ftv, binomial, births)
chosen("step births", full)
chosen("step births interactions", glm(low ~ age + lwt + race + smoke + ptl + ht + ui + ftv +
  age:ftv + smoke:ui, binomial, births))
by_p <- function(model, limit) repeat {
  tests <- drop1(model, test = "Chisq")
  p <- tests[["Pr(>Chi)"]]
  worst <- which.max(p)
  if (!length(worst) || p[worst] <= limit) return(attr(terms(model), "term.labels"))
  model <- update(model, as.formula(paste(". ~ . -", rownames(tests)[worst])))
}
terms <- by_p(full, 0.05)
keep("p births", rep(1, length(terms)), terms)
veteran <- survival::veteran
chosen("step veteran", coxph(Surv(time, status) ~ trt + celltype + karno + diagtime + age + prior,
  veteran))
golden <- do.call(rbind, rows)
write(golden, "golden")
cat(R.version.string, "mice", as.character(packageVersion("mice")), "mitml",
  as.character(packageVersion("mitml")), "\n")
