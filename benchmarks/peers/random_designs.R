# R DESeq2 on simulated studies. Argument: a folder; every folder in it holds counts.tsv (genes x
# samples), samples.tsv, question.dcf, perhaps lengths.tsv; answer.tsv (or error.txt) is added.
suppressMessages(library(DESeq2))

one_study <- function(folder) {
  asked <- as.list(read.dcf(file.path(folder, "question.dcf"))[1, ])
  samples <- read.delim(file.path(folder, "samples.tsv"), row.names = 1, colClasses = c("character"))
  for (name in names(samples)) {
    levels <- asked[[paste0("levels_", name)]]
    samples[[name]] <- if (is.null(levels)) as.numeric(samples[[name]]) else
      factor(samples[[name]], strsplit(levels, " ")[[1]])
  }
  counts <- as.matrix(read.delim(file.path(folder, "counts.tsv"), row.names = 1))
  dds <- DESeqDataSetFromMatrix(counts, samples, as.formula(asked$formula))
  if (file.exists(file.path(folder, "lengths.tsv")))
    assays(dds)[["avgTxLength"]] <- as.matrix(read.delim(file.path(folder, "lengths.tsv"), row.names = 1))
  if (!is.null(asked$size_factors))
    sizeFactors(dds) <- as.numeric(strsplit(asked$size_factors, " ")[[1]])
  wald <- DESeq(dds, quiet = TRUE, sfType = asked$method)
  contrast <- if (is.null(asked$weights)) strsplit(asked$contrast, " ")[[1]] else
    as.numeric(strsplit(asked$weights, " ")[[1]])
  table <- as.data.frame(results(wald, contrast = contrast, alpha = 0.05))
  beyond <- as.data.frame(results(wald, contrast = contrast, alpha = 0.05, lfcThreshold = 0.5))
  table[c("pvalueThreshold", "padjThreshold")] <- beyond[c("pvalue", "padj")]
  lrt <- DESeq(dds, test = "LRT", reduced = as.formula(asked$reduced), quiet = TRUE, sfType = asked$method)
  ratio <- as.data.frame(results(lrt, alpha = 0.05))
  table[c("lrtStat", "lrtPvalue", "lrtPadj")] <- ratio[c("stat", "pvalue", "padj")]
  kept <- c("dispGeneEst", "dispFit", "dispMAP", "dispersion", "maxCooks", "betaIter")
  table[kept] <- as.data.frame(mcols(wald))[kept]
  table$lrtDispersion <- dispersions(lrt)
  facts <- attributes(dispersionFunction(wald))
  table$fitType <- facts$fitType
  table$priorVariance <- facts$dispPriorVar
  write.table(signif_all(table), file.path(folder, "answer.tsv"), sep = "\t", quote = FALSE, col.names = NA)
  factors <- if (is.null(sizeFactors(wald))) colMeans(normalizationFactors(wald)) else sizeFactors(wald)
  writeLines(format(factors, digits = 15), file.path(folder, "size_factors.txt"))
}
signif_all <- function(table) {
  numbers <- sapply(table, is.numeric)
  table[numbers] <- lapply(table[numbers], signif, 12)
  table
}

for (folder in list.dirs(commandArgs(TRUE)[1], recursive = FALSE))
  tryCatch(suppressWarnings(suppressMessages(one_study(folder))), error = function(e)
    writeLines(conditionMessage(e), file.path(folder, "error.txt")))
