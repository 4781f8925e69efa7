// Tools for texts in which marks count: <textarea data-marked-text data-upload-url="…">. One row of buttons
// ([data-writing-tools]) serves the text that was last in use; Alt+F10 goes there. Images are sent and
// their marks inserted. Everything is typed through the browser's own editing, so that undo takes it back.
// Without this file the texts are plain fields, and images come in on a page of their own.

const tools = document.querySelector("[data-writing-tools]");
const state = tools?.querySelector("[data-writing-state]");
const picker = tools?.querySelector("input[type=file]");
const MAXIMUM_BYTES = 5 * 1024 * 1024;
const KEYS = { b: "bold", i: "italic", e: "code", m: "formula", "shift+8": "list", "shift+*": "list" };
let current = null;

// Typing ---------------------------------------------------------------------------------------------------------------

function type(field, text, from = field.selectionStart, to = field.selectionEnd) {
  field.focus();
  field.setSelectionRange(from, to);
  // The one way to change a field that its undo knows of; where it is gone, the change is made all the same.
  if (!document.execCommand(text ? "insertText" : "delete", false, text)) {
    field.setRangeText(text, from, to, "end");
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
}

function wrap(field, mark, open = mark, close = mark) {
  const { selectionStart: from, selectionEnd: to, value } = field;
  const chosen = value.slice(from, to);
  const before = from - open.length;
  if (before >= 0 && value.slice(before, from) === open && value.slice(to, to + close.length) === close) {
    type(field, chosen, before, to + close.length);
    field.setSelectionRange(before, before + chosen.length);
    return;
  }
  type(field, open + chosen + close);
  field.setSelectionRange(from + open.length, from + open.length + chosen.length);
}

// Lists and tables begin after an empty line; see the dialect.
function onLinesOfItsOwn(field, text) {
  const before = field.value.slice(0, field.selectionStart);
  const after = field.value.slice(field.selectionEnd);
  const above = before === "" || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  type(field, above + text + (after === "" || after.startsWith("\n") ? "" : "\n"));
}

const ACTIONS = {
  bold: (field) => wrap(field, "**"),
  italic: (field) => wrap(field, "*"),
  formula: (field) => wrap(field, "$"),
  code(field) {
    const isBlock = field.value.slice(field.selectionStart, field.selectionEnd).includes("\n");
    if (isBlock) wrap(field, "", "```\n", "\n```");
    else wrap(field, "`");
  },
  list(field) {
    const lines = field.value.slice(field.selectionStart, field.selectionEnd).split("\n").filter((line) => line.trim());
    while (lines.length < 2) lines.push("");
    onLinesOfItsOwn(field, lines.map((line) => `- ${line}`).join("\n"));
  },
  table: (field) => onLinesOfItsOwn(field, tools.dataset.table),
  image: () => picker.click(),
};

// Images ---------------------------------------------------------------------------------------------------------------

async function send(field, file) {
  if (file.size > MAXIMUM_BYTES) return tell("tooLarge");
  tell("sending");
  const body = new FormData();
  body.append("csrf_token", field.form?.elements.csrf_token?.value ?? "");
  body.append("image", file);
  try {
    const response = await fetch(field.dataset.uploadUrl, { method: "POST", body, headers: { "HX-Request": "true" } });
    // Anything but plain text is a page: of a failure, or of a session that ended.
    if (!response.headers.get("content-type")?.startsWith("text/plain")) return tell("notSent");
    const text = await response.text();
    if (!response.ok) return tell(null, text);
    const at = field.selectionStart;
    type(field, text);
    field.setSelectionRange(at + 2, at + 2); // within ![], where the alternative text goes
    tell("sent");
  } catch {
    tell("notSent");
  }
}

function tell(name, text = tools.dataset[name]) {
  state.textContent = text;
}

async function sendAll(field, files) {
  for (const file of files) if (file.type.startsWith("image/")) await send(field, file);
}

// Holding it together --------------------------------------------------------------------------------------------------

function fieldOf(event) {
  return event.target.closest?.("textarea[data-marked-text]");
}

function use(name, field) {
  if (field && name !== "image") field.focus();
  if (field) ACTIONS[name](field);
}

if (tools) {
  tools.hidden = false;
  const buttons = [...tools.querySelectorAll("[data-tool]")];
  // A field that was swapped out is gone from the page; the one that came in its place has its id.
  const latest = () => (current?.isConnected ? current : document.getElementById(current?.id) ?? document.querySelector("textarea[data-marked-text]"));

  document.addEventListener("focusin", (event) => (current = fieldOf(event) ?? current));
  // What was pasted arrives from pasted_text.js: as text with marks, or as files.
  document.addEventListener("writing:text", (event) => type(event.target, event.detail));
  document.addEventListener("writing:images", (event) => sendAll(event.target, event.detail));
  document.addEventListener("keydown", (event) => {
    const field = fieldOf(event);
    if (!field || event.isComposing) return;
    const name = (event.ctrlKey || event.metaKey) && !event.altKey && KEYS[(event.shiftKey ? "shift+" : "") + event.key.toLowerCase()];
    if (!name && !(event.altKey && event.key === "F10")) return;
    event.preventDefault();
    if (name) use(name, field);
    else buttons.find((button) => button.tabIndex === 0).focus();
  });
  document.addEventListener("dragover", (event) => fieldOf(event) && event.dataTransfer.types.includes("Files") && event.preventDefault());
  document.addEventListener("drop", (event) => {
    const field = fieldOf(event);
    if (!field || event.dataTransfer.files.length === 0) return;
    event.preventDefault(); // else the browser leaves the page for the file
    field.focus();
    sendAll(field, event.dataTransfer.files);
  });

  // The text keeps its cursor and selection while a button is pressed.
  tools.addEventListener("mousedown", (event) => event.target.closest("button") && event.preventDefault());
  tools.addEventListener("click", (event) => {
    const button = event.target.closest("[data-tool]");
    if (button) use(button.dataset.tool, latest());
  });
  // One stop for the Tab key; arrows go along the row, Escape back to the text.
  tools.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === "Escape") latest()?.focus();
    if (!step) return;
    event.preventDefault();
    const next = buttons.at((buttons.indexOf(document.activeElement) + step) % buttons.length);
    for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
    next.focus();
  });
  picker.addEventListener("change", () => {
    const field = latest();
    if (field && picker.files[0]) send(field, picker.files[0]);
    picker.value = "";
  });
}
