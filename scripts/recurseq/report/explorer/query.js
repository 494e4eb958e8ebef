// From what a person types or pastes to rows: symbols, aliases, identifiers.

const stripped = (id) => id.replace(/^(ENS[A-Z]*G\d{11})\.\d+/, "$1");
const LEAST = 2; // letters from which a single word is also sought at the beginning of names
const MOST = 200; // genes that such a word shows

export const wordsOf = (text) => [...new Set(text.split(/[\s,;]+/).filter(Boolean))];

export class Finder {
  constructor(study) {
    this.study = study;
    this.known = null;
  }

  // Made when it is first asked for: upper-case name to rows, the surest kind of name first.
  get tables() {
    if (!this.known) {
      const { ids, names, meta } = this.study;
      this.known = [new Map(), new Map(), new Map()];
      const [byId, byName, byAlias] = this.known;
      const add = (map, key, row) => map.set(key, [...(map.get(key) ?? []), row]);
      ids.forEach((id, i) => {
        add(byId, id.toUpperCase(), i);
        if (stripped(id) !== id) add(byId, stripped(id).toUpperCase(), i);
        add(byName, names[i].toUpperCase(), i);
      });
      meta.aliases.split("\n").forEach((line, i) => {
        if (line) line.split("|").forEach((alias) => add(byAlias, alias.toUpperCase(), i));
      });
    }
    return this.known;
  }

  // Rows of one whole name; none when nothing is called so.
  exactly(word) {
    const key = word.toUpperCase();
    const [byId, ...others] = this.tables;
    const rows = byId.get(key) ?? byId.get(stripped(word).toUpperCase());
    if (rows) return rows;
    return others.map((map) => map.get(key)).find(Boolean) ?? [];
  }

  beginningWith(word) {
    const key = word.toUpperCase();
    const rows = [];
    for (const map of this.tables.slice(1).concat(this.tables[0])) {
      for (const [name, found] of map) {
        if (name.startsWith(key)) rows.push(...found);
        if (rows.length >= MOST) return [...new Set(rows)].slice(0, MOST);
      }
    }
    return [...new Set(rows)];
  }

  // What a text means: { rows, missing, renamed }; rows is null when nothing is asked, `renamed`
  // tells which words were found under another name.
  find(text) {
    const words = wordsOf(text);
    if (!words.length) return { rows: null, missing: [], renamed: [] };
    const rows = [];
    const missing = [];
    const renamed = [];
    for (const word of words) {
      let found = this.exactly(word);
      if (found.length) {
        if (!this.isOwn(word, found[0])) renamed.push(`${word} is ${this.study.names[found[0]]}`);
      } else if (words.length === 1 && word.length >= LEAST) found = this.beginningWith(word);
      if (!found.length) missing.push(word);
      rows.push(...found);
    }
    return { rows: [...new Set(rows)], missing, renamed };
  }

  isOwn(word, row) {
    const own = [this.study.ids[row], stripped(this.study.ids[row]), this.study.names[row]];
    return own.some((name) => name.toUpperCase() === stripped(word).toUpperCase());
  }
}
