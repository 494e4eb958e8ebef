# Makes the table that the test of batch removal compares with: limma's removeBatchEffect on the
# transformed values of make_reference.R (its tables are read from the same folder).
#   Rscript make_batch_reference.R <folder>
suppressMessages(library(limma))
folder <- commandArgs(TRUE)[1]
read <- function(name) read.delim(gzfile(file.path(folder, paste0(name, ".tsv.gz"))), row.names = 1)
vst <- as.matrix(read("vst.blind"))
samples <- read("samples")
samples$group <- factor(samples$group, levels = c("normal", "none", "early"))
result <- removeBatchEffect(
  vst,
  batch = samples$batch, batch2 = samples$sex, covariates = samples$age - mean(samples$age),
  design = model.matrix(~group, samples)
)
connection <- gzfile(file.path(folder, "vst.without_batch.tsv.gz"), "w", compression = 9)
write.table(cbind(id = rownames(result), as.data.frame(signif(result, 10))), connection, sep = "\t", quote = FALSE, row.names = FALSE)
close(connection)
