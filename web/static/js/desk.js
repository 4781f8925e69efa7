// The writer's desk. Sends what is typed to the server shortly after a change, and asks every twenty seconds what others
// do to the item. Without a connection the text stays in this browser, under the person's own name, until the server
// has it. Without this file the form still saves, adds and moves rows, and shows the preview.
const form = document.querySelector("form[data-desk]");
const status = document.querySelector("[data-desk-status]");
const news = document.getElementById("desk-news");
const AFTER_TYPING = 1500, BETWEEN_QUESTIONS = 20_000, AFTER_FAILURE = 5000;
const PREFIX = `samat.desk.${form.dataset.deskPerson}.`;
const NOT_TYPED = new Set(["csrf_token", "do", "typed", "shown_in"]);

let changed = form.dataset.deskUnkept !== undefined;
let leaving = false;
let lost = false;
let warned = false;
let timer = null;

const say = (text) => { document.getElementById("announcer").textContent = text; };

// What this browser holds: one record for each item, with the fields as they were typed.
const recordName = `${PREFIX}${form.dataset.deskRecord}`;
const typedFields = () => [...new FormData(form)].filter(([name, value]) => !NOT_TYPED.has(name) && typeof value === "string");
const remember = (sent = false) => {
  const record = { at: Date.now(), action: form.getAttribute("action"), fields: typedFields(), sent };
  try { localStorage.setItem(recordName, JSON.stringify(record)); } catch { /* the page itself still holds it */ }
};
const forget = (name) => { try { localStorage.removeItem(name); } catch { /* nothing was kept */ } };

const showStatus = (content, isWarning) => {
  status.hidden = false;
  status.replaceChildren(...content);
  status.toggleAttribute("data-warned", isWarning);
  // Every few seconds a new time would be read out; only the change from one state to the other is worth hearing.
  if (isWarning !== warned) say(status.textContent);
  warned = isWarning;
};

const takeAnswer = (html, isKept) => {
  lost = false;
  const answer = new DOMParser().parseFromString(html, "text/html");
  const kept = answer.querySelector("[data-desk-kept]");
  const told = answer.querySelector("[data-desk-news]");
  if (kept?.textContent.trim()) showStatus(kept.childNodes, !isKept);
  if (told && told.innerHTML.trim() !== news.innerHTML.trim()) news.replaceChildren(...told.childNodes);
};

const notKept = (signedOut) => {
  lost = true;
  remember();
  showStatus([signedOut ? form.dataset.signedOut : form.dataset.offline], true);
};

const ask = async () => {
  clearTimeout(timer);
  if (leaving) return;
  const sends = changed;
  const body = new URLSearchParams(sends ? new FormData(form) : [...new FormData(form)].filter(([name]) => ["csrf_token", "item", "desk", "started_from"].includes(name)));
  body.set("typed", sends ? "1" : "");
  changed = false;
  let wait = BETWEEN_QUESTIONS, signedOut = false;
  try {
    const answer = await fetch("/bank/desk", { method: "POST", body, headers: { "HX-Request": "true" }, redirect: "manual" });
    signedOut = answer.type === "opaqueredirect" || [204, 401, 403].includes(answer.status);
    // 422 is an answer too: it says why this text can't be kept.
    if (signedOut || !(answer.ok || answer.status === 422)) throw new Error(String(answer.status));
    takeAnswer(await answer.text(), answer.ok);
    if (sends && !answer.ok) remember();
    else if (sends && !changed) forget(recordName);
  } catch {
    changed = changed || sends;
    if (sends) notKept(signedOut);
    wait = AFTER_FAILURE;
  }
  if (!leaving) timer = setTimeout(ask, changed ? Math.min(wait, AFTER_FAILURE) : wait);
};

const noteChange = () => {
  changed = true;
  clearTimeout(timer);
  timer = setTimeout(ask, AFTER_TYPING);
};

form.addEventListener("input", noteChange);
form.addEventListener("htmx:afterSettle", noteChange);
window.addEventListener("online", () => { if (lost) ask(); });
// What was typed in the last second before the page is left.
window.addEventListener("pagehide", () => { if (changed && !leaving) remember(); });

// One press, one saving: a second one while the first is on its way does nothing.
form.addEventListener("submit", (event) => {
  if (leaving) { event.preventDefault(); return; }
  if (event.submitter?.hasAttribute("hx-post")) return;
  // A request that can't arrive would replace the page, and the text with it.
  if (lost) { event.preventDefault(); ask(); return; }
  leaving = true;
  form.dataset.sending = "";
  clearTimeout(timer);
  // Sent is not yet saved: the page that says so forgets this copy (desk_saved.js).
  remember(true);
});
// A page that the browser brings back from its memory was left while it was sending.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  leaving = false;
  delete form.dataset.sending;
  ask();
});

// Keys: Ctrl+S and Ctrl+Enter save, Alt and an arrow moves the row that is being written.
const pressed = (event) => {
  if (event.isComposing) return null;
  const command = event.ctrlKey || event.metaKey;
  if (command && !event.altKey && event.key.toLowerCase() === "s") return form.querySelector('[data-desk-key="save"]');
  if (command && !event.altKey && event.key === "Enter") return form.querySelector('[data-desk-key="submit"]');
  const move = { ArrowUp: "up", ArrowDown: "down" }[event.key];
  if (!event.altKey || command || !move) return null;
  return event.target.closest?.("[data-desk-row]")?.querySelector(`[data-desk-key="${move}"]`);
};
document.addEventListener("keydown", (event) => {
  const button = pressed(event);
  if (!button) return;
  event.preventDefault();
  button.click();
});

// The lists of a matching item name its choices; they follow what is typed.
form.addEventListener("input", (event) => {
  const number = /^text_([1-9])$/.exec(event.target.name)?.[1];
  if (!number) return;
  for (const option of form.querySelectorAll(`[data-desk-matches] option[value="${number}"]`)) {
    const letter = "ABCDEFGHI"[number - 1];
    option.textContent = event.target.value ? `${letter} · ${event.target.value.slice(0, 60)}` : letter;
  }
});

// What is typed while a change of the form is on its way was not part of it and must outlive it. Where rows move or go,
// the same name may stand for another row afterwards, and nothing is put back.
let sentTexts = null;
let typedMeanwhile = [];
const texts = () => [...form.querySelectorAll("textarea, input[type=text]")];
form.addEventListener("htmx:beforeRequest", () => { sentTexts = new Map(texts().map((field) => [field.id, field.value])); });
form.addEventListener("htmx:beforeSwap", (event) => {
  const source = event.detail.requestConfig.elt;
  const renumbers = source.name === "do" && /^(?:move|remove)_/.test(source.value);
  const changedSince = (field) => sentTexts?.has(field.id) && sentTexts.get(field.id) !== field.value;
  typedMeanwhile = renumbers ? [] : texts().filter(changedSince).map(({ id, value, selectionEnd }) => ({ id, value, selectionEnd }));
});
form.addEventListener("htmx:afterSwap", () => {
  for (const { id, value, selectionEnd } of typedMeanwhile) {
    const field = document.getElementById(id);
    if (!field) continue;
    field.value = value;
    field.setSelectionRange(selectionEnd, selectionEnd);
  }
  typedMeanwhile = [];
});

// What the preview says about a field stands beside the field too.
document.getElementById("preview").addEventListener("htmx:afterSettle", (event) => {
  for (const margin of form.querySelectorAll("[data-desk-margin]")) {
    const told = event.currentTarget.querySelector(`[data-desk-told="${margin.dataset.deskMargin}"]`);
    margin.replaceChildren(...(told?.cloneNode(true).childNodes ?? []));
  }
});

// Text areas grow with their text where the style sheet can't make them.
const grow = (area) => { area.style.height = "auto"; area.style.height = `${area.scrollHeight + 2}px`; };
if (!CSS.supports("field-sizing", "content")) {
  form.addEventListener("input", (event) => { if (event.target.matches("textarea")) grow(event.target); });
  form.addEventListener("htmx:afterSettle", () => form.querySelectorAll("textarea").forEach(grow));
  form.querySelectorAll("textarea").forEach(grow);
}

// Text that never reached the server, of this item or another: its writer goes on with it or lets it go.
const goOn = (name, record) => {
  const sent = document.createElement("form");
  sent.method = "post";
  sent.action = record.action;
  const token = form.querySelector("[name=csrf_token]").value;
  for (const [field, value] of [...record.fields, ["csrf_token", token], ["do", "refresh"]]) {
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = field;
    input.value = value;
    sent.append(input);
  }
  document.body.append(sent);
  leaving = true;
  sent.submit();
};
const readRecords = () => {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(PREFIX)).map((name) => [name, JSON.parse(localStorage.getItem(name))]);
  } catch { return []; }
};
const showLeft = () => {
  const box = document.querySelector("[data-desk-left]");
  const list = box.querySelector("[data-desk-left-list]");
  const template = box.querySelector("[data-desk-left-one]");
  for (const [name, record] of readRecords()) {
    // Only this site's own addresses, whatever else may have written into this browser's store.
    if (!/^\/bank\/items(?:\/[0-9a-f-]{36})?$/.test(record?.action ?? "") || (changed && name === recordName)) continue;
    const entry = template.content.cloneNode(true).firstElementChild;
    entry.querySelector("[data-desk-left-time]").textContent = new Date(record.at).toLocaleString(document.documentElement.lang);
    entry.querySelector("[data-desk-left-stem]").textContent = (record.fields.find(([field]) => field === "stem")?.[1] ?? "").slice(0, 160);
    entry.querySelector("[data-desk-left-take]").addEventListener("click", () => goOn(name, record));
    entry.querySelector("[data-desk-left-drop]").addEventListener("click", () => {
      forget(name);
      entry.remove();
      box.hidden = list.children.length === 0;
    });
    list.append(entry);
  }
  box.hidden = list.children.length === 0;
};

showLeft();
showStatus(status.childNodes, false);
timer = setTimeout(ask, changed ? 0 : 1000);
