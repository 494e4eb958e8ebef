// The page itself: its contents list, and tables that are copied as plain numbers.
"use strict";

const TYPED = { "−": "-", "⁻": "-", "⁰": "0", "¹": "1", "²": "2", "³": "3", "⁴": "4", "⁵": "5",
  "⁶": "6", "⁷": "7", "⁸": "8", "⁹": "9" };

// The text of a cell as spreadsheet programs and R read it: -1234.5 for −1,234.5, 1.0e-5 for a power
// of ten, 0.125 for 12.5 %. Text that a spreadsheet would take for a formula is marked as text.
function plainText(shown) {
  const text = shown.replace(/\s+/g, " ").trim()
    .replace(/< 10⁻³⁰⁰/g, "0")
    .replace(/ × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/g, (_, power) => "e" + [...power].map((sign) => TYPED[sign]).join(""))
    .replace(/−(?=\d)/g, "-")
    .replace(/(\d),(?=\d{3}(?!\d))/g, "$1");
  const number = text.replace(/^[▲▼] ?/, "");
  if (/^-?\d+(\.\d+)?(e-?\d+)?$/.test(number)) return number;
  if (/^-?\d+(\.\d+)? %$/.test(number)) return String(Number((parseFloat(number) / 100).toPrecision(12)));
  if (/^-?[\d.e-]+ to -?[\d.e-]+$/.test(text)) return text;
  return /^[=+\-@]/.test(text) ? "'" + text : text;
}

// Lines of a table, tabs between cells; `wanted` chooses the cells, all without it.
function tableText(table, wanted = () => true) {
  const lines = [];
  for (const row of table.rows) {
    const cells = [...row.cells].filter(wanted);
    if (!cells.length) continue;
    lines.push(cells.flatMap((cell) =>
      [plainText(cell.innerText), ...Array(cell.colSpan - 1).fill("")]).join("\t"));
  }
  return lines.join("\n") + "\n";
}

// Texts of paragraphs and of numbered references, an empty line between them.
function partsText(parts) {
  return [...parts].map((part) => {
    const number = part.matches("ol > li") ? `${[...part.parentElement.children].indexOf(part) + 1}. ` : "";
    return number + part.innerText.trim();
  }).join("\n\n") + "\n";
}

function putOnClipboard(text) {
  const give = (event) => {
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  document.addEventListener("copy", give, { capture: true, once: true });
  const done = document.execCommand("copy"); // works from a file, where the newer way may not
  document.removeEventListener("copy", give, { capture: true });
  return done;
}

function copyAndSay(button, text) {
  const label = button.textContent;
  button.textContent = putOnClipboard(text) ? "Copied" : "Not copied";
  setTimeout(() => { button.textContent = label; }, 1500);
}

// A selection that spans cells of one table is copied as lines and tabs.
document.addEventListener("copy", (event) => {
  const selection = getSelection();
  if (selection.rangeCount !== 1) return;
  const common = selection.getRangeAt(0).commonAncestorContainer;
  const table = (common.closest ? common : common.parentElement).closest("table");
  if (!table || common.parentElement.closest("td, th") || common.closest?.("td, th")) return;
  event.clipboardData.setData("text/plain", tableText(table, (cell) => selection.containsNode(cell, true)));
  event.preventDefault();
});

for (const scroller of document.querySelectorAll("main .scroll")) {
  const table = scroller.querySelector("table");
  if (!table) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copies";
  button.textContent = "Copy table";
  button.setAttribute("aria-label", `Copy table: ${scroller.getAttribute("aria-label") || ""}`);
  button.addEventListener("click", () => copyAndSay(button, tableText(table)));
  scroller.after(button);
}
for (const button of document.querySelectorAll("[data-copies]")) {
  button.hidden = false;
  button.addEventListener("click", () =>
    copyAndSay(button, partsText(document.querySelectorAll(button.dataset.copies))));
}

{
  // Open beside the text where there is room, and closed again once a part was chosen on a phone.
  const contents = document.querySelector(".contents");
  const wide = matchMedia("(min-width: 60.01rem)");
  const fit = () => { contents.open = wide.matches; };
  wide.addEventListener("change", fit);
  fit();
  contents.addEventListener("click", (event) => {
    if (event.target.closest("a") && !wide.matches) contents.open = false;
  });
}

// The rest of the page is laid out and its pictures are read when the browser has nothing else to do,
// a section at a time: the start stays quick. Who goes to a place or prints gets all of it at once, as
// a way within the page ends where it should only when everything above has its height.
{
  const whenIdle = window.requestIdleCallback ?? ((next) => setTimeout(next, 50));
  const waiting = [...document.querySelectorAll("main > section")];
  const layOut = (section) => {
    section.classList.add("laid-out");
    for (const picture of section.querySelectorAll("img")) picture.loading = "eager";
  };
  const layOutAll = () => waiting.splice(0).forEach(layOut);
  const layOutNext = () => {
    if (!waiting.length) return;
    layOut(waiting.shift());
    whenIdle(layOutNext);
  };
  addEventListener("beforeprint", layOutAll);
  document.addEventListener("click", (event) => {
    if (event.target.closest('a[href^="#"]')) layOutAll();
  }, { capture: true });
  addEventListener("load", () => {
    const asked = document.querySelector(":target");
    if (!asked) {
      whenIdle(layOutNext);
      return;
    }
    layOutAll();
    asked.scrollIntoView({ behavior: "instant" });
  });
}
