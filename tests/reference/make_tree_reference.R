# Conditional inference trees of partykit, on data sets that come with R.
#
#     Rscript make_tree_reference.R <output folder>
#
# Needs partykit, coin, survival and MASS. Writes data that no other script writes as
# <name>.data.tsv; tree.nodes.tsv: case, node, parent, variable, left (the cut-off, or the levels
# that go left), n; tree.tests.tsv: case, node, variable, statistic, pvalue (adjusted).
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

# A nominal response with levels as covariates.
cars <- transform(MASS::Cars93, Type = factor(Type))
cars <- cars[, c("Type", "DriveTrain", "Cylinders", "Man.trans.avail", "Origin", "Price",
  "MPG.city", "Horsepower")]
cars$Man.trans.avail <- as.character(cars$Man.trans.avail)
save(cars, "cars")
cars$Man.trans.avail <- factor(cars$Man.trans.avail)
keep("cars", ctree(DriveTrain ~ Type + Cylinders + Man.trans.avail + Origin + Price + MPG.city +
  Horsepower, cars, alpha = 0.3))

write.table(do.call(rbind, nodes), file.path(out, "tree.nodes.tsv"), sep = "\t", quote = FALSE,
  row.names = FALSE)
write.table(do.call(rbind, tests), file.path(out, "tree.tests.tsv"), sep = "\t", quote = FALSE,
  row.names = FALSE)
