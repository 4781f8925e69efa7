// Answering one question at a time, over a plain form that posts. Adds keys, a guard against double sending, and
// patience with a lost connection: the chosen answer is kept in this tab and the same request is sent again until the
// server has it. The server makes a repeated answer harmless, so sending again is always safe.
const RETRY_SECONDS = [1, 2, 4, 8, 15];
const CHOICE_KEYS = /^(?:Digit|Numpad)([1-9])$|^Key([A-E])$/;

let attempts = 0;
let retryTimer = null;
let sent = [];
// Name and value of the button that the answer on its way was sent with: handing in is not leaving blank.
let sentBy = null;

const currentForm = () => document.querySelector("form[data-exam-form]");
const banner = () => document.querySelector("[data-connection-lost]");
const fieldsOf = (form) => [...form.querySelectorAll("[data-exam-question] :is(input, select, textarea)")];
const isTicked = (field) => field.matches("[type=radio], [type=checkbox]");
const optionsOf = (form) => fieldsOf(form).filter(isTicked);
const say = (text) => {
  const announcer = document.getElementById("announcer");
  if (announcer && text) announcer.textContent = text;
};

// What is ticked, chosen in lists and typed, as names and values, and the way back. Places are the same in every
// language, so that an answer survives a change of language too.
const entered = (form) => fieldsOf(form)
  .filter((field) => !isTicked(field) || field.checked)
  .map((field) => [field.name, field.value]);
const enter = (form, entries) => {
  for (const field of fieldsOf(form)) {
    const found = entries.filter(([name]) => name === field.name).map(([, value]) => value);
    if (isTicked(field)) field.checked = found.includes(field.value);
    else if (found.length > 0) [field.value] = found;
  }
  countCharacters(form);
};

// The kept answer: what was entered at which position, whether the candidate has confirmed it, and with which button.
const keyOf = (form) => `samat.answer.${form.dataset.sitting}`;
const keep = (form, confirmed) => {
  const record = { position: form.dataset.position, entries: entered(form), confirmed, by: confirmed ? sentBy : null };
  try { sessionStorage.setItem(keyOf(form), JSON.stringify(record)); } catch { /* the form itself still holds it */ }
};
const kept = (form) => {
  try {
    const record = JSON.parse(sessionStorage.getItem(keyOf(form)));
    return record?.position === form.dataset.position && Array.isArray(record.entries) ? record : null;
  } catch { return null; }
};
const forget = (form) => {
  try { sessionStorage.removeItem(keyOf(form)); } catch { /* nothing was kept */ }
};

// Why the answer can't be sent yet: the question's own words for it, with the field to go to; null if it can.
const lack = (form) => {
  const question = form.querySelector("[data-exam-question]");
  if (!question) return null;
  const options = optionsOf(form);
  if (options.length > 0 && !options.some((option) => option.checked)) return { words: question.dataset.missing };
  const empty = fieldsOf(form).find((field) => !isTicked(field) && field.value.trim() === "");
  if (empty) return { words: question.dataset.missing, field: empty };
  const places = [...question.querySelectorAll("[data-each-once] select")];
  const twice = places.find((place, at) => places.findIndex((other) => other.value === place.value) < at);
  return twice ? { words: question.dataset.twice, field: twice } : null;
};
const isSending = (form) => form.dataset.sending !== undefined;
const setSending = (form, sending) => {
  if (sending) form.dataset.sending = "";
  else delete form.dataset.sending;
  for (const button of form.querySelectorAll("button:not([type=button])")) {
    if (sending) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }
};

const tellLack = (form, lacking) => {
  const text = form.querySelector("[data-choose-first-text]");
  if (!text) return;
  text.hidden = !lacking;
  text.textContent = lacking?.words ?? "";
  lacking?.field?.focus();
};

// Characters as the server counts them: a sign outside the basic plane is one, though the browser stores two.
const countCharacters = (form) => {
  for (const hint of form.querySelectorAll("[data-character-count]")) {
    const typed = [...hint.closest("[data-exam-question]").querySelector("textarea").value].length;
    hint.textContent = hint.dataset.characterCount.replace("{n}", typed.toLocaleString("en"));
  }
};

const confirmButton = (form) => form.querySelector("[data-confirm]");
const markOf = (button) => ({ name: button?.name ?? "", value: button?.value ?? "" });
const senderOf = (form) => [...form.querySelectorAll("button:not([type=button])")]
  .find((button) => button.name === sentBy?.name && button.value === sentBy?.value);

// Only ever with the button that the candidate pressed: any other would say what the candidate did not.
const send = (form) => {
  const sender = senderOf(form);
  if (!sender) return;
  setSending(form, false);
  // A click, since htmx only sends the name and value of a button that was clicked.
  sender.click();
};

const retryNow = () => {
  clearTimeout(retryTimer);
  const form = currentForm();
  if (form) send(form);
};

// A draft is no answer: what is written stays here, is kept again with the next word, and is handed in by nobody else.
const draftNotKept = (form) => {
  setSending(form, false);
  keep(form, false);
  const state = form.querySelector("[data-draft-state]");
  if (state) state.textContent = state.dataset.notKept;
};

const connectionLost = (form) => {
  if (senderOf(form)?.matches("[data-keeps-draft]")) { draftNotKept(form); return; }
  keep(form, true);
  const notice = banner();
  if (notice) notice.hidden = false;
  clearTimeout(retryTimer);
  retryTimer = setTimeout(retryNow, 1000 * RETRY_SECONDS[Math.min(attempts, RETRY_SECONDS.length - 1)]);
  attempts += 1;
};

const connectionBack = (form) => {
  clearTimeout(retryTimer);
  attempts = 0;
  forget(form);
  const notice = banner();
  if (notice) notice.hidden = true;
};

const begin = (form) => {
  if (form.dataset.examReady !== undefined) return;
  form.dataset.examReady = "";
  form.noValidate = true;
  const record = kept(form);
  if (!record) { forget(form); countCharacters(form); return; }
  enter(form, record.entries);
  sentBy = record.by ?? null;
  const sender = senderOf(form);
  if (record.confirmed && sender && (sender.formNoValidate || !lack(form))) {
    const notice = banner();
    if (notice) notice.hidden = false;
    send(form);
  }
};

const beginCurrent = () => {
  const form = currentForm();
  if (form) begin(form);
};

// What is typed counts at once, not only when the field is left: a crash must not cost half a page of text.
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-exam-form]");
  if (!form) return;
  if (isSending(form)) {
    // What is on its way can't be changed any more: what the screen shows has to be what was sent.
    enter(form, sent);
    return;
  }
  tellLack(form, null);
  countCharacters(form);
  keep(form, false);
});

// In the capture phase, so that a refused submit never reaches htmx.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-exam-form]");
  if (!form) return;
  const lacking = event.submitter?.formNoValidate ? null : lack(form);
  if (isSending(form) || lacking) {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!isSending(form)) tellLack(form, lacking);
    return;
  }
  sent = entered(form);
  sentBy = markOf(event.submitter ?? confirmButton(form));
  // A plain form's data are gathered after this event: the buttons are marked, never disabled.
  setSending(form, true);
}, true);

const takesTyping = (element) => element.closest(
  "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable=''], [contenteditable=true]",
);

const choose = (form, event) => {
  const [, digit, letter] = CHOICE_KEYS.exec(event.code) ?? [];
  if (!digit && !letter) return;
  const index = digit ? Number(digit) - 1 : letter.charCodeAt(0) - "A".charCodeAt(0);
  const input = optionsOf(form)[index];
  if (!input || input.disabled) return;
  event.preventDefault();
  input.focus();
  input.click();
};

const confirmAnswer = (form, event) => {
  if (event.target.closest("a, button, summary")) return;
  event.preventDefault();
  form.requestSubmit(confirmButton(form) ?? undefined);
};

document.addEventListener("keydown", (event) => {
  const form = currentForm();
  const busy = event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.isComposing;
  if (!form || busy || takesTyping(event.target) || document.querySelector("dialog[open], :popover-open")) return;
  if (event.key === "Enter") confirmAnswer(form, event);
  else if (!isSending(form)) choose(form, event);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-retry-now]")) retryNow();
});

// A tick on what is on its way must not even show for a moment.
document.addEventListener("click", (event) => {
  const form = event.target.closest("form[data-exam-form]");
  if (form && isSending(form) && event.target.closest("[data-exam-question]")) event.preventDefault();
}, true);
window.addEventListener("online", () => { if (banner()?.hidden === false) retryNow(); });

// A page that the browser brings back from its memory was left while it was sending.
window.addEventListener("pageshow", (event) => {
  const form = currentForm();
  if (event.persisted && form) setSending(form, false);
});

for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => {
    const form = currentForm();
    if (form && event.detail.elt === form) connectionLost(form);
  });
}

// Before htmx looks at the reply, so that a redirect counts as an arrived answer too.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const form = currentForm();
  if (!form || event.detail.elt !== form) return;
  const { status } = event.detail.xhr;
  if (status >= 500 || status === 429) {
    // The server is there but cannot serve just now; the question stays on the screen.
    event.preventDefault();
    connectionLost(form);
    return;
  }
  setSending(form, false);
  connectionBack(form);
  // A refusal, such as an ended session, must not cost the candidate what was ticked.
  if (status >= 400) keep(form, false);
});

document.addEventListener("htmx:afterSwap", () => {
  const form = currentForm();
  if (form && form.dataset.examReady === undefined) {
    say(document.querySelector("[data-saved]")?.textContent.trim());
    form.querySelector("[data-exam-stem]")?.focus();
    window.scrollTo({ top: 0 });
  }
  beginCurrent();
});
// After htmx has taken hold of the form (its listener is older), or an answer sent again would leave the page.
document.addEventListener("DOMContentLoaded", beginCurrent);
