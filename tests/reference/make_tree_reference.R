# Conditional inference trees of partykit, on data sets that come with R.
#
#     Rscript make_tree_reference.R <output folder>
#
# Needs partykit, coin, survival and MASS. Writes data that no other script writes as
# <name>.data.tsv; tree.nodes.tsv: case, node, parent, variable, left (the cut-off, or the levels
# that go left), n; tree.tests.tsv: case, node, variable, statistic, pvalue (adjusted);
# tree.rates.tsv: the observed risk of nodes; strata.tsv: strata of a logistic and a Cox model.
suppressMessages({library(partykit); library(survival); library(MASS)})
out <- commandArgs(TRUE)[1]
nodes <- tests <- list()
number <- function(x) sprintf("%.15g", as.numeric(x))
save <- function(data, name) {
  write.table(data, file.path(out, paste0(name, ".data.tsv")), sep = "\t", quote = FALSE,
    row.names = FALSE)
}

keep <- function(case, tree, data) {
  walk <- function(node, parent) {
    id <- id_node(node)
    info <- info_node(node)
    split <- split_node(node)
    variable <- left <- NA
    if (!is.null(split)) {
      variable <- names(tree$data)[varid_split(split)]
      values <- tree$data[[variable]]
      if (is.ordered(values)) {
        left <- paste(levels(values)[seq_len(breaks_split(split))], collapse = ",")
      } else if (is.factor(values)) {
        side <- index_split(split)
        left <- paste(levels(values)[!is.na(side) & side == 1], collapse = ",")
      } else left <- number(breaks_split(split))
    }
    nodes[[length(nodes) + 1]] <<- data.frame(case = case, node = id, parent = parent,
      variable = variable, left = left, n = nrow(data_party(tree, id)))
    if (!is.null(info$criterion)) {
      found <- info$criterion
      tests[[length(tests) + 1]] <<- data.frame(case = case, node = id, variable = colnames(found),
        statistic = number(found["statistic", ]), pvalue = number(found["p.value", ]))
    }
    for (kid in kids_node(node)) walk(kid, id)
  }
  walk(node_party(tree), 0)
}

save(datasets::iris, "iris")
keep("iris", ctree(Species ~ ., datasets::iris))

infert <- transform(datasets::infert, case = factor(case))
keep("infert", ctree(case ~ age + parity + induced + spontaneous, infert))
keep("infert levels", ctree(case ~ age + parity + education + induced + spontaneous, infert,
  alpha = 0.5, minsplit = 10, minbucket = 3))

keep("veteran", ctree(Surv(time, status) ~ trt + celltype + karno + diagtime + age + prior,
  survival::veteran))
keep("veteran deep", ctree(Surv(time, status) ~ trt + celltype + karno + diagtime + age + prior,
  survival::veteran, alpha = 0.6, minsplit = 12, minbucket = 4))

pbc <- subset(survival::pbc, !is.na(trt))[, c("time", "status", "trt", "age", "sex", "edema", "bili",
  "albumin", "stage", "hepato")]
pbc <- transform(pbc[complete.cases(pbc), ], stage = ordered(stage), edema = factor(edema))
keep("pbc", ctree(Surv(time, status == 2) ~ trt + age + sex + edema + bili + albumin + stage + hepato,
  pbc))
keep("pbc deep", ctree(Surv(time, status == 2) ~ trt + age + sex + edema + bili + albumin + stage +
  hepato, pbc, alpha = 0.5))

birthwt <- transform(MASS::birthwt, low = factor(low),
  race = factor(race, 1:3, c("white", "black", "other")))
save(birthwt, "birthwt")
keep("birthwt", ctree(low ~ age + lwt + race + smoke + ptl + ht + ui + ftv, birthwt))
keep("birthwt deep", ctree(low ~ age + lwt + race + smoke + ptl + ht + ui + ftv, birthwt,
  alpha = 0.9, minsplit = 10, minbucket = 3))

# More than 700 patients: no side of a split may be smaller than one in a hundred.
colon <- na.omit(subset(survival::colon, etype == 1)[, c("id", "time", "status", "rx", "sex", "age",
  "obstruct", "nodes", "differ", "node4")])
colon <- transform(colon, status = factor(status), differ = ordered(differ))
keep("colon", ctree(status ~ rx + sex + age + obstruct + nodes + differ + node4, colon,
  alpha = 0.3))
# Six patients with it, all with the event: the smallest p-value, and too few for a side.
colon$rare <- as.integer(colon$status == 1 & cumsum(colon$status == 1) <= 6)
keep("colon rare", ctree(status ~ rare + age + sex, colon, alpha = 0.9, minbucket = 2))

# A nominal response with levels as covariates.
cars <- transform(MASS::Cars93, Type = factor(Type))
cars <- cars[, c("Type", "DriveTrain", "Cylinders", "Man.trans.avail", "Origin", "Price",
  "MPG.city", "Horsepower")]
cars$Man.trans.avail <- as.character(cars$Man.trans.avail)
save(cars, "cars")
cars$Man.trans.avail <- factor(cars$Man.trans.avail)
keep("cars", ctree(DriveTrain ~ Type + Cylinders + Man.trans.avail + Origin + Price + MPG.city +
  Horsepower, cars, alpha = 0.3))

# ---- observed risks of nodes: Wilson's interval, and Kaplan-Meier at 100 days
rates <- list()
rate <- function(case, node, values) {
  rates[[length(rates) + 1]] <<- data.frame(case = case, node = node, n = values[1],
    events = values[2], rate = number(values[3]), lower = number(values[4]),
    upper = number(values[5]))
}
tree <- ctree(case ~ age + parity + induced + spontaneous, infert)
for (node in nodeids(tree)) {
  own <- data_party(tree, node)
  x <- sum(own$case == 1)
  limits <- prop.test(x, nrow(own), correct = FALSE)$conf.int
  rate("infert", node, c(nrow(own), x, x / nrow(own), limits))
}
tree <- ctree(Surv(time, status) ~ trt + celltype + karno + diagtime + age + prior,
  survival::veteran)
for (node in nodeids(tree)) {
  own <- data_party(tree, node)
  names(own)[1] <- "outcome"
  found <- summary(survfit(outcome ~ 1, own, conf.type = "log-log"), times = 100)
  rate("veteran", node, c(nrow(own), sum(own$outcome[own$outcome[, 1] <= 100, 2]), 1 - found$surv, 1 - found$upper,
    1 - found$lower))
}

# ---- strata of the risk of a logistic model, cut at 0.2 and 0.5
fit <- glm(case ~ age + parity + induced + spontaneous, binomial, infert,
  control = glm.control(epsilon = 1e-15, maxit = 100))
stratum <- cut(fitted(fit), c(0, 0.2, 0.5, 1), right = FALSE)
odds <- glm(infert$case ~ stratum, family = binomial, control = glm.control(epsilon = 1e-15,
  maxit = 100))
strata <- data.frame(n = as.vector(table(stratum)),
  events = as.vector(tapply(infert$case == 1, stratum, sum)),
  predicted = number(tapply(fitted(fit), stratum, mean)), ratio = number(c(1, exp(coef(odds)[-1]))),
  lower = number(c(NA, exp(confint.default(odds)[-1, 1]))),
  upper = number(c(NA, exp(confint.default(odds)[-1, 2]))))
veteran <- survival::veteran
cox <- coxph(Surv(time, status) ~ karno + age, veteran, control = coxph.control(eps = 1e-14,
  iter.max = 100))
risk <- 1 - summary(survfit(cox, newdata = veteran), times = 100)$surv[1, ]
parts <- cut(risk, c(0, 0.4, 0.7, 1), right = FALSE)
hazards <- coxph(Surv(time, status) ~ parts, veteran, control = coxph.control(eps = 1e-14,
  iter.max = 100))
seen <- summary(survfit(Surv(time, status) ~ parts, veteran, conf.type = "log-log"), times = 100)
timed <- data.frame(n = as.vector(table(parts)),
  events = as.vector(tapply(veteran$status * (veteran$time <= 100), parts, sum)), predicted = number(tapply(risk, parts, mean)),
  ratio = number(c(1, exp(coef(hazards)))), lower = number(c(NA, exp(confint(hazards)[, 1]))),
  upper = number(c(NA, exp(confint(hazards)[, 2]))))
strata$observed <- number(strata$events / strata$n)
timed$observed <- number(1 - seen$surv)
strata <- rbind(cbind(case = "infert", strata), cbind(case = "veteran", timed))
write.table(strata, file.path(out, "strata.tsv"), sep = "\t", quote = FALSE, row.names = FALSE)

write.table(do.call(rbind, rates), file.path(out, "tree.rates.tsv"), sep = "\t", quote = FALSE,
  row.names = FALSE)
write.table(do.call(rbind, nodes), file.path(out, "tree.nodes.tsv"), sep = "\t", quote = FALSE,
  row.names = FALSE)
write.table(do.call(rbind, tests), file.path(out, "tree.tests.tsv"), sep = "\t", quote = FALSE,
  row.names = FALSE)
