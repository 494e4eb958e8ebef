# R DESeq2 on simulated studies. Argument: a folder; every folder in it holds counts.tsv (genes x
# samples), samples.tsv, question.dcf, perhaps lengths.tsv; answer.tsv (or error.txt) is added.
suppressMessages(library(DESeq2))

one_study <- function(folder) {
  asked <- as.list(read.dcf(file.path(folder, "question.dcf"))[1, ])
  dds <- prepared(folder, asked)
  if (is.null(asked$size_factors)) dds <- estimateSizeFactors(dds, type = asked$method)
  # What DESeq() does, taken apart, so that both tests share the dispersions.
  dds <- estimateDispersions(dds, quiet = TRUE)
  wald <- nbinomWaldTest(dds, quiet = TRUE)
  reduced <- as.formula(asked$reduced)
  lrt <- without_outliers(nbinomLRT(dds, reduced = reduced, quiet = TRUE), "LRT", reduced)
  # The likelihood-ratio test takes Cook's distances from means that were fitted for the dispersions;
  # here from those of the model.
  assays(dds)[["mu"]] <- assays(wald)[["mu"]]
  corrected <- without_outliers(nbinomLRT(dds, reduced = reduced, quiet = TRUE), "LRT", reduced)
  wald <- without_outliers(wald, "Wald")
  contrast <- if (is.null(asked$weights)) strsplit(asked$contrast, " ")[[1]] else
    as.numeric(strsplit(asked$weights, " ")[[1]])
  table <- as.data.frame(results(wald, contrast = contrast, alpha = 0.05))
  beyond <- as.data.frame(results(wald, contrast = contrast, alpha = 0.05, lfcThreshold = 0.5))
  table[c("pvalueThreshold", "padjThreshold")] <- beyond[c("pvalue", "padj")]
  table[c("lrtPvalue", "lrtPadj")] <- as.data.frame(results(lrt, alpha = 0.05))[c("pvalue", "padj")]
  table[c("lrtCorrected", "lrtCorrectedPadj")] <-
    as.data.frame(results(corrected, alpha = 0.05))[c("pvalue", "padj")]
  kept <- c("dispGeneEst", "dispFit", "dispMAP", "dispersion", "maxCooks", "betaIter")
  table[kept] <- as.data.frame(mcols(wald))[kept]
  numbers <- sapply(table, is.numeric)
  table[numbers] <- lapply(table[numbers], signif, 12)
  write.table(table, file.path(folder, "answer.tsv"), sep = "\t", quote = FALSE, col.names = NA)
}

prepared <- function(folder, asked) {
  samples <- read.delim(file.path(folder, "samples.tsv"), row.names = 1, colClasses = "character")
  for (name in names(samples)) {
    levels <- asked[[paste0("levels_", name)]]
    samples[[name]] <- if (is.null(levels)) as.numeric(samples[[name]]) else
      factor(samples[[name]], strsplit(levels, " ")[[1]])
  }
  counts <- as.matrix(read.delim(file.path(folder, "counts.tsv"), row.names = 1))
  dds <- DESeqDataSetFromMatrix(counts, samples, as.formula(asked$formula))
  lengths <- file.path(folder, "lengths.tsv")
  if (file.exists(lengths))
    assays(dds)[["avgTxLength"]] <- as.matrix(read.delim(lengths, row.names = 1))
  if (!is.null(asked$size_factors))
    sizeFactors(dds) <- as.numeric(strsplit(asked$size_factors, " ")[[1]])
  dds
}

without_outliers <- function(dds, test, reduced) {
  if (!any(DESeq2:::nOrMoreInCell(attr(dds, "modelMatrix"), 7))) return(dds)
  DESeq2:::refitWithoutOutliers(dds, test = test, betaPrior = FALSE, full = design(dds),
    reduced = reduced, quiet = TRUE, minReplicatesForReplace = 7, modelMatrix = NULL,
    modelMatrixType = NULL)
}

for (folder in list.dirs(commandArgs(TRUE)[1], recursive = FALSE))
  tryCatch(suppressWarnings(suppressMessages(one_study(folder))), error = function(e)
    writeLines(conditionMessage(e), file.path(folder, "error.txt")))
