# Sets with planted overlaps: BH over all of them, and average linkage on the overlap coefficient.
# Run in tests/reference: Rscript make_themes_reference.R
set.seed(20161012)
genes <- sprintf("G%03d", 1:400)
blocks <- split(genes, rep(1:8, each = 50))
sets <- lapply(1:60, function(i) {
  block <- blocks[[(i - 1) %% 8 + 1]]
  size <- sample(8:30, 1)
  own <- sample(block, max(4, round(size * runif(1, 0.4, 1))))
  sort(unique(c(own, sample(genes, max(0, size - length(own))))))
})
names(sets) <- sprintf("SET_%02d", 1:60)
shared <- sapply(sets, function(a) sapply(sets, function(b) length(intersect(a, b))))
sizes <- lengths(sets)
distance <- as.dist(1 - shared / outer(sizes, sizes, pmin))
tree <- hclust(distance, method = "average")
pvalue <- signif(rbeta(60, 0.4, 3), 6)
table <- data.frame(
  set = names(sets), genes = sapply(sets, paste, collapse = ";"), pvalue = pvalue,
  padj = p.adjust(pvalue, "BH"),
  cluster_0.6 = cutree(tree, h = 0.6), cluster_0.75 = cutree(tree, h = 0.75),
  cluster_0.9 = cutree(tree, h = 0.9)
)
write.table(table, "themes.tsv", sep = "\t", quote = FALSE, row.names = FALSE)
