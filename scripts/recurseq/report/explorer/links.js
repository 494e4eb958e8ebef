// The address of the page says what is shown: #contrast/GENE.

export function addressOf(contrast, gene) {
  return `#${encodeURIComponent(contrast)}/${encodeURIComponent(gene)}`;
}

// { contrast, gene } of an address, or null for any other anchor.
export function readAddress(hash) {
  const slash = hash.indexOf("/");
  if (slash < 2) return null;
  try {
    const parts = [hash.slice(1, slash), hash.slice(slash + 1)].map(decodeURIComponent);
    return { contrast: parts[0], gene: parts[1] };
  } catch {
    return null;
  }
}

// Pages about a gene elsewhere; nothing is asked of them before a click.
export function outwardLinks(name, id) {
  const ensembl = /^(ENS[A-Z]*G\d{11})/.exec(id)?.[1];
  const links = [];
  if (!ensembl || ensembl.startsWith("ENSG")) {
    links.push(["GeneCards", `https://www.genecards.org/cgi-bin/carddisp.pl?gene=${
      encodeURIComponent(name)}`]);
  }
  if (ensembl) links.push(["Ensembl", `https://www.ensembl.org/id/${encodeURIComponent(ensembl)}`]);
  return links;
}
