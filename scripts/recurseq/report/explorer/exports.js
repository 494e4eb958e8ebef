// Files of what is shown, made in the browser: TSV, CSV, GMT, SVG, or the clipboard.

// A program that opens a table must not take a name for a formula.
const harmless = (text) => (/^[=+@\t\r-]/.test(text) ? `'${text}` : text);
const flat = (text) => harmless(text.replace(/[\t\r\n]+/g, " "));
const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

// A table with a header; `mark` is a tab or a comma.
export function tableText(study, columns, rows, mark) {
  const cell = mark === "," ? (text) => quoted(flat(text)) : flat;
  const others = columns.slice(1);
  const lines = [["gene_id", "gene_name", ...others.map((column) => column.key)].join(mark)];
  for (const i of rows) {
    const texts = [cell(study.ids[i]), cell(study.names[i])];
    for (const column of others) {
      texts.push(column.number ? column.written(i) : cell(column.written(i)));
    }
    lines.push(texts.join(mark));
  }
  return `${lines.join("\n")}\n`;
}

export const symbolsText = (study, rows) => Array.from(rows, (i) => study.names[i]).join("\n");

// One set: name, description, genes.
export function gmtText(study, rows, name, about) {
  const genes = [...new Set(Array.from(rows, (i) => study.names[i]))];
  return `${[name, about, ...genes].map((text) => text.replace(/[\t\r\n]+/g, " ")).join("\t")}\n`;
}

export function save(text, name, kind) {
  const link = document.createElement("a");
  const url = URL.createObjectURL(new Blob([text], { type: `${kind};charset=utf-8` }));
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

// Put text on the clipboard; by an older way where the newer one is not allowed.
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}
