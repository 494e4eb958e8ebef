# What a marker adds to clinical terms, in R: likelihood ratio and difference of areas.
#
#     Rscript make_measure_reference.R <output folder>
#
# Needs survival and pROC. Data: pbc of the package survival (418 patients with biliary cirrhosis);
# copper in urine is the marker, 108 patients lack it. Writes pbc.data.tsv and golden.tsv: case, item,
# value. The marker is log2(copper / 1024), as by an RT-PCR whose target needs 10 - log2(copper)
# cycles more than the reference: relative expressions are taken on the scale of log2.
suppressMessages({library(survival); library(pROC)})
out <- commandArgs(TRUE)[1]
pbc <- survival::pbc
pbc$died <- as.integer(pbc$status == 2)
pbc$half <- ifelse(seq_len(nrow(pbc)) %% 2 == 0, "validation", "development")
kept <- pbc[c("age", "bili", "albumin", "copper", "died", "half")]
kept$age <- round(kept$age, 3)
write.table(kept, file.path(out, "pbc.data.tsv"), sep = "\t", quote = FALSE, row.names = FALSE)
rows <- list()
keep <- function(case, values) rows[[length(rows) + 1]] <<- data.frame(case = case,
  item = names(values), value = sprintf("%.15g", as.numeric(values)))
control <- glm.control(epsilon = 1e-15, maxit = 100)
kept$marker <- log2(kept$copper / 1024)
fit <- function(formula, data) glm(formula, binomial, data, control = control)
clinical <- died ~ age + bili + albumin
made <- kept[kept$half == "development", ]
both <- made[!is.na(made$marker), ]
small <- fit(clinical, both)
large <- fit(update(clinical, . ~ . + marker), both)
test <- anova(small, large, test = "LRT")
keep("added", c(statistic = test$Deviance[2], df = test$Df[2], pvalue = test$`Pr(>Chi)`[2],
  n = nrow(both), events = sum(both$died)))
seen <- kept[kept$half == "validation" & !is.na(kept$marker), ]
area <- function(model, data) roc(data$died, predict(model, data), quiet = TRUE, direction = "<")
areas <- list(area(large, seen), area(small, seen))
found <- roc.test(areas[[1]], areas[[2]], paired = TRUE, method = "delong")
keep("difference", c(estimate = as.numeric(areas[[1]]$auc - areas[[2]]$auc),
  lower = found$conf.int[1], upper = found$conf.int[2], pvalue = found$p.value, n = nrow(seen)))
# The clinical model of its own patients is another one, and so is its area.
alone <- kept[kept$half == "validation", ]
keep("clinical alone", c(auc = as.numeric(area(fit(clinical, made), alone)$auc), n = nrow(alone)))
write.table(do.call(rbind, rows), file.path(out, "golden.tsv"), sep = "\t", quote = FALSE,
  row.names = FALSE)
