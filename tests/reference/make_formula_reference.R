# Makes formula.columns.tsv: the columns, in order, of R's model.matrix for formulas with interactions.
#   Rscript make_formula_reference.R <output folder>
data <- expand.grid(a = factor(1:3), b = factor(1:3), c = factor(1:2))
data$x <- seq_len(nrow(data))
formulas <- c("~ a * b", "~ b + a + a:b", "~ a:b + b + a", "~ 0 + a * b", "~ a + a:b", "~ x * a", "~ x:a + x",
  "~ a * b * c", "~ a * b + c", "~ c:a:b + a", "~ 0 + x + a", "~ 0 + a:b", "~ a:x:b + c")
columns <- sapply(formulas, function(text) paste(colnames(model.matrix(as.formula(text), data)), collapse = " "))
write.table(data.frame(formula = formulas, columns), file.path(commandArgs(TRUE)[1], "formula.columns.tsv"),
  sep = "\t", quote = FALSE, row.names = FALSE)
