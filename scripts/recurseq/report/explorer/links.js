// The address of the page says what is shown: #contrast/GENE, or #contrast/collection/SET.

export function addressOf(...parts) {
  return `#${parts.map(encodeURIComponent).join("/")}`;
}

// The contrast of an address and what is asked of it, or null for any other anchor.
export function readAddress(hash) {
  const parts = hash.slice(1).split("/");
  if (parts.length < 2 || !parts[0]) return null;
  try {
    const [contrast, ...asked] = parts.map(decodeURIComponent);
    return { contrast, asked };
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
