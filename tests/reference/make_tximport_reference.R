# Makes the tables of R tximport and DESeq2 that the tests of quantifier input compare with.
#   Rscript make_tximport_reference.R <output folder> [<folder with salmon/, kallisto/ and rsem/>]
# The first part is simulated here from a fixed seed: 150 genes with 1 to 5 transcripts in two groups
# of three samples. Libraries differ in fragment length and some genes switch to a shorter transcript,
# so that average lengths differ between samples. Some genes are silent in all samples, in a group or
# in one sample. The table of genes has other versions for some transcripts and lacks some.
# The second part reads real files and keeps every hundredth gene.
suppressMessages({
  library(tximport)
  library(DESeq2)
})
arguments <- commandArgs(TRUE)
out <- arguments[1]

save_table <- function(x, name) {
  connection <- gzfile(file.path(out, paste0(name, ".tsv.gz")), "w", compression = 9)
  write.table(x, connection, sep = "\t", quote = FALSE, row.names = FALSE)
  close(connection)
}
with_names <- function(x) {
  x <- as.data.frame(x)
  for (k in names(x)) if (is.numeric(x[[k]])) x[[k]] <- signif(x[[k]], 15)
  cbind(id = rownames(x), x)
}
write_file <- function(x, path) {
  dir.create(dirname(path), recursive = TRUE, showWarnings = FALSE)
  write.table(x, path, sep = "\t", quote = FALSE, row.names = FALSE)
  path
}
quietly <- function(expression) suppressMessages(expression)
plain <- function(x) sub("\\..*", "", x)

set.seed(1521)
genes <- 150
samples <- data.frame(
  group = factor(rep(c("control", "treated"), each = 3)),
  row.names = sprintf("S%d-lung", 1:6)
)
gene <- rep(sprintf("ENSG%011d.%d", 1:genes, 1 + (1:genes) %% 7), sample(1:5, genes, replace = TRUE))
size <- length(gene)
transcript <- sprintf("ENST%011d.%d", 1000 + seq_len(size), 1 + seq_len(size) %% 4)
length <- round(exp(rnorm(size, log(1500), 0.7))) + 60
number <- as.integer(factor(gene, unique(gene)))
share <- unlist(tapply(rexp(size), number, function(x) x / sum(x)))
base <- rlnorm(genes, 4, 1.5)
change <- ifelse(seq_len(genes) %% 5 == 0, rnorm(genes, 0, 1.5), 0)
change[150] <- 3
switches <- number %% 4 == 0
shorter <- ave(length, number, FUN = function(x) x == min(x)) == 1
estimates <- list()
for (i in seq_len(6)) {
  treated <- i > 3
  part <- share
  if (treated) part[switches] <- ifelse(shorter, 0.85, 0.15 * share)[switches]
  expressed <- (base * 2^(change * treated))[number] * part * rlnorm(size, 0, 0.1)
  expressed[number %in% 1:3 | (number %in% 4:6 & treated) | (number %in% 7:9 & i == 2)] <- 0
  effective <- pmax(length - c(150, 180, 210, 240, 200, 170)[i] + rnorm(size, 0, 5), 0.4 * sqrt(length))
  wanted <- expressed * effective
  depth <- c(3, 4, 5, 3.5, 6, 2.5)[i] * 1e5
  reads <- rnbinom(size, mu = depth * wanted / sum(wanted), size = 20) * runif(size, 0.97, 1.03)
  rate <- reads / effective
  estimates[[i]] <- data.frame(
    sample = rownames(samples)[i], Name = transcript, Length = length,
    EffectiveLength = sprintf("%.3f", effective), TPM = sprintf("%.6f", 1e6 * rate / sum(rate)),
    NumReads = sprintf("%.3f", reads)
  )
}
estimates <- do.call(rbind, estimates)
save_table(estimates, "tximport.estimates")
other_version <- ifelse(seq_len(size) %% 10 == 0, paste0(plain(transcript), ".9"), transcript)
table <- data.frame(transcript = other_version, gene = gene, name = paste0("NAME", number))
table <- table[!(seq_len(size) %in% c(25, 26, 300)), ]
save_table(table[rev(seq_len(nrow(table))), ], "tximport.genes")

folder <- tempfile()
by_sample <- split(estimates[-1], factor(estimates$sample, rownames(samples)))
files <- mapply(function(x, name) write_file(x, file.path(folder, name, "quant.sf")), by_sample, names(by_sample))
tx2gene <- data.frame(tx = plain(table$transcript), gene = table$gene)
txi <- quietly(tximport(files, "salmon", tx2gene = tx2gene, ignoreTxVersion = TRUE))
save_table(with_names(txi$counts), "tximport.counts")
save_table(with_names(txi$length), "tximport.lengths")

rsem <- mapply(function(x, name) {
  x <- data.frame(
    transcript_id = x$Name, gene_id = "unused", length = x$Length, effective_length = x$EffectiveLength,
    expected_count = x$NumReads, TPM = x$TPM, FPKM = 0, IsoPct = 0
  )
  x$effective_length[seq(1, nrow(x), 7)] <- "0.00"
  write_file(x, file.path(folder, paste0(name, ".isoforms.results")))
}, by_sample, names(by_sample))
rsem <- quietly(tximport(rsem, "rsem", tx2gene = tx2gene, ignoreTxVersion = TRUE))
save_table(with_names(rsem$length), "tximport.rsem_lengths")

dds <- quietly(DESeqDataSetFromTximport(txi, samples, ~group))
dds <- dds[rowSums(counts(dds) >= 10) >= 3, ]
dds <- quietly(DESeq(dds))
save_table(with_names(normalizationFactors(dds)), "tximport.factors")
save_table(with_names(results(dds, alpha = 0.05)), "tximport.results")

if (length(arguments) > 1) {
  real <- arguments[2]
  map <- read.delim(gzfile(file.path(real, "kallisto/Homo_sapiens.GRCh38.tx2gene.tsv.gz")))
  map$tx_id <- plain(map$tx_id)
  runs <- c("SRR1039508", "SRR1039509")
  keep <- function(txi, name, number) {
    txi$length[txi$length == 0] <- 1
    dds <- quietly(DESeqDataSetFromTximport(txi, data.frame(row.names = colnames(txi$counts)), ~1))
    dds <- quietly(estimateSizeFactors(dds))
    x <- cbind(txi$counts, txi$length, normalizationFactors(dds))
    colnames(x) <- paste(rep(c("counts", "length", "factor"), each = ncol(txi$counts)), colnames(txi$counts))
    save_table(with_names(x[seq(1, nrow(x), number), , drop = FALSE]), paste0("tximport_real.", name))
  }
  files <- setNames(file.path(real, "salmon", runs, "quant.sf.gz"), runs)
  keep(quietly(tximport(files, "salmon", tx2gene = map, ignoreTxVersion = TRUE)), "salmon", 100)
  files <- setNames(file.path(real, "kallisto", paste0(runs, "_abundance.tsv.gz")), runs)
  keep(quietly(tximport(files, "kallisto", tx2gene = map, ignoreTxVersion = TRUE)), "kallisto", 100)
  files <- c(ERR188088 = file.path(real, "rsem", "ERR188088.genes.results.gz"))
  keep(quietly(tximport(files, "rsem", txIn = FALSE)), "rsem", 100)
}
