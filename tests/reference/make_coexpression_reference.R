# Rank correlations of all samples, within groups and given more, and survival by the class of a pair:
#   Rscript make_coexpression_reference.R
# R 4.2.2, survival 3.5.3. Writes coexpression.values.tsv, coexpression.tsv, coexpression.patients.tsv.
library(survival)
set.seed(20251)
n <- 26
group <- rep(c("normal", "none", "early"), c(5, 10, 11))
latent <- rnorm(n)
purity <- round(0.6 * latent + rnorm(n), 3)
batch <- rep(c("B1", "B2"), length.out = n)
x <- round(exp(1 + 0.8 * latent + rnorm(n) + 2 * (group == "early")), 2)
y <- round(exp(1 + 0.8 * latent + rnorm(n) + 2 * (group == "early")), 2)
y[c(8, 12, 15, 20)] <- 0 # ties, none among the five normal samples
values <- data.frame(group, batch, purity, x, y)
write.table(values, "coexpression.values.tsv", sep = "\t", row.names = FALSE, quote = FALSE)

found <- list()
add <- function(name, value) found[[name]] <<- value
bonett <- function(rho, n, k = 0) {
  tanh(atanh(rho) + c(-1, 1) * qnorm(0.975) * sqrt((1 + rho^2 / 2) / (n - k - 3)))
}
tell <- function(name, rho, n, k, p) {
  ends <- bonett(rho, n, k)
  add(paste0(name, ".rho"), rho)
  add(paste0(name, ".lower"), ends[1])
  add(paste0(name, ".upper"), ends[2])
  add(paste0(name, ".pvalue"), p)
}
t_pvalue <- function(rho, df) 2 * pt(-abs(rho) * sqrt(df / (1 - rho^2)), df)

whole <- cor.test(x, y, method = "spearman", exact = FALSE)
tell("overall", whole$estimate, n, 0, whole$p.value)
own <- group == "normal" # untied: the p-value counts all orders
inside <- cor.test(x[own], y[own], method = "spearman", exact = TRUE)
tell("normal", inside$estimate, sum(own), 0, inside$p.value)

ranked <- function(v) ave(v, group, FUN = function(u) rank(u) / (length(u) + 1))
left <- function(v) residuals(lm(ranked(v) ~ group))
rho <- cor(left(x), left(y))
tell("within", rho, n, 2, t_pvalue(rho, n - 2 - 2))

# Partial correlation from the inverse of the correlation matrix, as ppcor has it.
partial <- function(name, given) {
  m <- cbind(ranked(x), ranked(y), model.matrix(~group)[, -1], given)
  inverse <- solve(cor(m))
  k <- ncol(m) - 2
  rho <- -inverse[1, 2] / sqrt(inverse[1, 1] * inverse[2, 2])
  tell(name, rho, n, k, t_pvalue(rho, n - 2 - k))
}
partial("purity", ranked(purity))
partial("batch", as.numeric(batch == "B2"))
partial("both", cbind(ranked(purity), as.numeric(batch == "B2")))

interval <- binom.test(7, 11)$conf.int
add("share.lower", interval[1])
add("share.upper", interval[2])
add("tertile.x", unname(quantile(x[group != "normal"], 2 / 3)))
add("median.y", unname(quantile(y[group != "normal"], 0.5)))
high <- x > found[["tertile.x"]] & y > unname(quantile(y[group != "normal"], 2 / 3))
add("fisher.all", fisher.test(table(high, group))$p.value)
two <- group != "normal"
add("fisher.contrast", fisher.test(table(high[two], group[two]))$p.value)

# Patients by the class of a pair; those high in both have three times the hazard.
size <- 120
class <- sample(c("both_low", "only_a", "only_b", "both_high"), size, TRUE, c(3, 2, 2, 3))
hazard <- log(2) / 30 * ifelse(class == "both_high", 3, 1)
event_time <- rexp(size, hazard)
censored <- runif(size, 12, 60)
patients <- data.frame(
  patient_id = sprintf("P%03d", 1:size),
  months = round(pmax(pmin(event_time, censored), 0.1), 2),
  event = as.integer(event_time <= censored),
  class = class
)
write.table(patients, "coexpression.patients.tsv", sep = "\t", row.names = FALSE, quote = FALSE)
patients$class <- factor(class, c("both_low", "only_a", "only_b", "both_high"))
test <- survdiff(Surv(months, event) ~ class, patients)
add("logrank.chisq", test$chisq)
fit <- coxph(Surv(months, event) ~ class, patients, ties = "efron")
ratios <- exp(cbind(coef(fit), confint(fit)))
for (level in levels(patients$class)[-1]) {
  row <- ratios[paste0("class", level), ]
  add(paste0("hr.", level), row[1])
  add(paste0("hr.", level, ".lower"), row[2])
  add(paste0("hr.", level, ".upper"), row[3])
}
curve <- summary(survfit(Surv(months, event) ~ class, patients))$table
add("median.both_high", curve["class=both_high", "median"])
add("median.both_low", curve["class=both_low", "median"])
lines <- data.frame(name = names(found), value = sprintf("%.12g", unlist(found)))
write.table(lines, "coexpression.tsv", sep = "\t", row.names = FALSE, quote = FALSE)
