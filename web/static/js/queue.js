// Keys for working through the queue: j and k move from item to item, a, h and r open the form of a decision. Everything
// is a plain link as well. Keys are told by their place on the keyboard, so that they work with the Thai layout, and they
// can be switched off: who dictates or uses a screen reader may need single letters for something else.
const SETTING = "samat.queue-keys";
const STEPS = { KeyJ: 1, ArrowDown: 1, KeyK: -1, ArrowUp: -1 };

const isOff = () => {
  try { return localStorage.getItem(SETTING) === "off"; } catch { return false; }
};
const rows = () => [...document.querySelectorAll("[data-queue-row]")];
const rowOf = (element) => element?.closest?.("[data-queue-row]") ?? null;
const focusRow = (row) => {
  row.querySelector("[data-queue-link]")?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
};

const showSetting = () => {
  for (const help of document.querySelectorAll("[data-keys-help]")) help.hidden = false;
  for (const toggle of document.querySelectorAll("[data-keys-toggle]")) toggle.setAttribute("aria-pressed", String(!isOff()));
};

const begin = () => {
  showSetting();
  const current = document.querySelector("[data-queue-current]");
  if (current) focusRow(current);
};

const step = (by) => {
  const all = rows();
  const place = all.indexOf(rowOf(document.activeElement));
  const next = place < 0 ? all[0] : all[place + by];
  if (next) focusRow(next);
};

const press = (letter) => {
  // Within a list a key means the item that has the focus, on an item's own page that item.
  const scope = rows().length > 0 ? rowOf(document.activeElement) : document;
  const target = scope?.querySelector(`[data-key="${letter}"]`);
  target?.click();
  return Boolean(target);
};

document.addEventListener("keydown", (event) => {
  const writes = event.target.closest?.("input, select, textarea, [contenteditable]");
  if (isOff() || writes || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const by = STEPS[event.code];
  const inList = rows().length > 0;
  const isArrow = event.code.startsWith("Arrow");
  // Arrows scroll the page unless an item has the focus.
  if (by && inList && (!isArrow || rowOf(document.activeElement))) {
    event.preventDefault();
    step(by);
  } else if (!isArrow && event.code.startsWith("Key") && press(event.code.at(-1).toLowerCase())) {
    event.preventDefault();
  }
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-keys-toggle]")) return;
  try { localStorage.setItem(SETTING, isOff() ? "on" : "off"); } catch { /* the setting lasts for this page only */ }
  showSetting();
});

document.addEventListener("htmx:afterSettle", showSetting);
begin();
