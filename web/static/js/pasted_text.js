// Paste into texts in which marks count (<textarea data-marked-text>): what was copied from a word processor, a page or a
// spreadsheet comes in with marks for bold, slanted, lists, tables and code, and without the rest of its looks. This
// file finds out what was meant; writing.js, which it tells by events, types it and sends the images.

const RAISED = { 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹", "+": "⁺", "-": "⁻", n: "ⁿ" };
const LOWERED = { 0: "₀", 1: "₁", 2: "₂", 3: "₃", 4: "₄", 5: "₅", 6: "₆", 7: "₇", 8: "₈", 9: "₉", "+": "₊", "-": "₋" };
const DROPPED = "style,script,template,head,meta,link,title,img,svg,object,iframe,input,select,button,textarea,del";
const BLOCKS = new Set("P DIV H1 H2 H3 H4 H5 H6 UL OL LI TABLE BLOCKQUOTE PRE SECTION ARTICLE DL DT DD".split(" "));
// Where slanted text begins and ends, until it is known what stands around it; nobody types these.
const SLANT = "\uE000";
const UPRIGHT = "\uE001";

// No-break spaces and invisible signs come with every word processor, and make two equal texts differ.
function sane(text) {
  return text.replace(/[\u00A0\u2007\u202F]/g, " ").replace(/[\u00AD\u200B\u2060\uFEFF\uE000\uE001]/g, "").replace(/\r\n?/g, "\n");
}

// Read from the attribute: the content policy keeps inline styles from taking effect, in parsed documents too.
function styled(element, property) {
  return new RegExp(`(?:^|;)\\s*${property}\\s*:\\s*([\\w-]+)`, "i").exec(element.getAttribute("style") ?? "")?.[1].toLowerCase();
}

function isBold(element, outside = false) {
  const weight = styled(element, "font-weight");
  if (weight) return weight.startsWith("bold") || Number(weight) >= 600;
  return outside || element.matches("b, strong");
}

function isSlanted(element) {
  return (styled(element, "font-style") ?? (element.matches("i, em") ? "italic" : "")) === "italic";
}

function around(mark, text, end = mark) {
  const [, before, within, after] = text.match(/^(\s*)([^]*?)(\s*)$/);
  return within ? before + mark + within + end + after : text;
}

function line(node, bold = false) {
  if (node.nodeType === Node.TEXT_NODE) {
    return sane(node.data).replace(/\s+/g, " ").replace(/\*\*|`/g, (mark) => mark.replace(/./g, "\\$&"));
  }
  if (node.nodeType !== Node.ELEMENT_NODE || /mso-list:\s*ignore/i.test(node.getAttribute("style") ?? "")) return "";
  if (node.tagName === "BR") return "\n";
  if (node.matches("code, tt, kbd, samp")) return `\`${sane(node.textContent).replace(/\s+/g, " ").trim()}\``;
  const bolder = isBold(node, bold);
  const text = [...node.childNodes].map((child) => line(child, bolder || bold)).join("");
  const digits = { SUP: RAISED, SUB: LOWERED }[node.tagName];
  if (digits && [...text.trim()].every((sign) => digits[sign])) return [...text.trim()].map((sign) => digits[sign]).join("");
  if (bolder && !bold) return around("**", text.replaceAll("**", ""));
  return isSlanted(node) && !bold && !text.includes("*") ? around(SLANT, text, UPRIGHT) : text;
}

// The text between blocks of a node, as lines; blocks give their own lines.
function lines(node) {
  const found = [];
  let pending = "";
  const settle = () => {
    const text = pending.split("\n").map((one) => one.trim()).join("\n").trim();
    if (text) found.push({ text });
    pending = "";
  };
  for (const child of node.childNodes) {
    const isBlock = child.nodeType === Node.ELEMENT_NODE && (BLOCKS.has(child.tagName) || child.querySelector([...BLOCKS].join()));
    if (!isBlock) pending += line(child);
    else {
      settle();
      found.push(...block(child));
    }
  }
  settle();
  return found;
}

function block(element) {
  if (element.tagName === "TABLE") return table(element);
  if (element.tagName === "PRE") return [{ text: `\`\`\`\n${sane(element.textContent).replace(/\n+$/, "")}\n\`\`\`` }];
  if (element.matches("ul, ol")) return list(element, 0);
  const wordList = element.className.startsWith("MsoList") && element.querySelector('[style*="mso-list"]');
  if (wordList) {
    const level = Number(/level(\d)/.exec(element.getAttribute("style") ?? "")?.[1] ?? 1);
    const number = /\d+/.exec(wordList.textContent)?.[0];
    return [{ text: `${"   ".repeat(level - 1)}${number ? `${number}.` : "-"} ${line(element).trim()}`, isItem: true }];
  }
  // A bold paragraph says so on itself; one within a bold one would say it twice.
  return isBold(element) ? [{ text: line(element).trim() }] : lines(element);
}

function list(element, level) {
  const found = [];
  let number = Number(element.getAttribute("start") ?? 1);
  for (const item of element.children) {
    if (item.matches("ul, ol")) {
      found.push(...list(item, level + 1)); // not as it should be, and yet how word processors do it
      continue;
    }
    const inner = [...item.querySelectorAll(":scope > ul, :scope > ol")];
    for (const one of inner) one.remove();
    const text = lines(item).map((one) => one.text).join(" ").replace(/\s+/g, " ");
    found.push({ text: `${"   ".repeat(level)}${element.tagName === "OL" ? `${number++}.` : "-"} ${text}`, isItem: true });
    found.push(...inner.flatMap((one) => list(one, level + 1)));
  }
  return found;
}

function table(element) {
  const rows = [...element.rows].map((row) =>
    [...row.cells].flatMap((cell) => [cellText(cell), ...Array(Math.max(0, Math.min(cell.colSpan, 50) - 1)).fill("")]));
  const width = Math.max(0, ...rows.map((row) => row.length));
  if (width < 2) return rows.filter((row) => row[0]).map((row) => ({ text: row[0] }));
  const written = rows.map((row) => `| ${[...row, ...Array(width - row.length).fill("")].join(" | ")} |`);
  return [{ text: [written[0], `|${" --- |".repeat(width)}`, ...written.slice(1)].join("\n") }];
}

function cellText(cell) {
  return lines(cell).map((one) => one.text).join(" ").replace(/\s+/g, " ").replaceAll("|", "\\|");
}

// What was copied as HTML, with marks in place of its looks. The parsed document is inert: it runs and loads nothing.
function marked(html) {
  const body = new DOMParser().parseFromString(html, "text/html").body;
  for (const dropped of body.querySelectorAll(DROPPED)) dropped.remove();
  const found = lines(body).filter((one) => one.text.trim());
  const text = found.map((one, n) => (n === 0 ? "" : one.isItem && found[n - 1].isItem ? "\n" : "\n\n") + one.text).join("");
  return text
    .replace(/\*\*\*\*/g, "") // runs of bold that touch are one
    .replace(/(^|[\s("“])\uE000([^\uE000\uE001*\n]+)\uE001(?=$|[\s,.;:!?)”"])/gm, "$1*$2*")
    .replace(/[\uE000\uE001]/g, "");
}

document.addEventListener("paste", (event) => {
  const field = event.target.closest?.("textarea[data-marked-text]");
  if (!field || !document.querySelector("[data-writing-tools]:not([hidden])")) return;
  const html = event.clipboardData.getData("text/html");
  const text = html ? marked(html) : sane(event.clipboardData.getData("text/plain"));
  // Word processors send a picture of the text along with the text; the text is what was meant.
  const found = text.trim() ? new CustomEvent("writing:text", { bubbles: true, detail: text })
    : new CustomEvent("writing:images", { bubbles: true, detail: [...event.clipboardData.files] });
  if (found.detail.length === 0) return;
  event.preventDefault();
  field.dispatchEvent(found);
});
