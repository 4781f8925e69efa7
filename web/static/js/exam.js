// Answering one question at a time, over a plain form that posts. Adds keys, a guard against double sending, and
// patience with a lost connection: the chosen answer is kept in this tab and the same request is sent again until the
// server has it. The server makes a repeated answer harmless, so sending again is always safe.
const RETRY_SECONDS = [1, 2, 4, 8, 15];
const CHOICE_KEYS = /^(?:Digit|Numpad)([1-9])$|^Key([A-E])$/;

let attempts = 0;
let retryTimer = null;

const currentForm = () => document.querySelector("form[data-exam-form]");
const banner = () => document.querySelector("[data-connection-lost]");
const inputsOf = (form) => [...form.querySelectorAll("[data-exam-question] input:is([type=radio], [type=checkbox])")];
const say = (text) => {
  const announcer = document.getElementById("announcer");
  if (announcer && text) announcer.textContent = text;
};

// The kept answer: what is ticked at which position, and whether the candidate has confirmed it.
const keyOf = (form) => `samat.answer.${form.dataset.sitting}`;
const keep = (form, confirmed) => {
  const values = inputsOf(form).filter((input) => input.checked).map((input) => input.value);
  const record = { position: form.dataset.position, values, confirmed };
  try { sessionStorage.setItem(keyOf(form), JSON.stringify(record)); } catch { /* the form itself still holds it */ }
};
const kept = (form) => {
  try {
    const record = JSON.parse(sessionStorage.getItem(keyOf(form)));
    return record?.position === form.dataset.position ? record : null;
  } catch { return null; }
};
const forget = (form) => {
  try { sessionStorage.removeItem(keyOf(form)); } catch { /* nothing was kept */ }
};

const isChosen = (form) => inputsOf(form).length === 0 || inputsOf(form).some((input) => input.checked);
const isSending = (form) => form.dataset.sending !== undefined;
const setSending = (form, sending) => {
  if (sending) form.dataset.sending = "";
  else delete form.dataset.sending;
  for (const button of form.querySelectorAll("button:not([type=button])")) {
    if (sending) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }
};

const askToChoose = (form, wanted) => {
  const text = form.querySelector("[data-choose-first-text]");
  if (!text) return;
  text.hidden = !wanted;
  text.textContent = wanted ? form.dataset.chooseFirst : "";
};

const send = (form) => {
  setSending(form, false);
  form.requestSubmit(form.querySelector("[data-confirm]") ?? undefined);
};

const retryNow = () => {
  clearTimeout(retryTimer);
  const form = currentForm();
  if (form) send(form);
};

const connectionLost = (form) => {
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
  if (!record) { forget(form); return; }
  for (const input of inputsOf(form)) input.checked = record.values.includes(input.value);
  if (record.confirmed && isChosen(form)) {
    const notice = banner();
    if (notice) notice.hidden = false;
    send(form);
  }
};

const beginCurrent = () => {
  const form = currentForm();
  if (form) begin(form);
};

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-exam-form]");
  if (!form) return;
  askToChoose(form, false);
  keep(form, false);
});

// In the capture phase, so that a refused submit never reaches htmx.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-exam-form]");
  if (!form) return;
  const needsChoice = !event.submitter?.formNoValidate;
  if (isSending(form) || (needsChoice && !isChosen(form))) {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!isSending(form)) askToChoose(form, true);
    return;
  }
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
  const input = inputsOf(form)[index];
  if (!input || input.disabled) return;
  event.preventDefault();
  input.focus();
  input.click();
};

const confirmAnswer = (form, event) => {
  if (event.target.closest("a, button, summary")) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector("[data-confirm]") ?? undefined);
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

// What is on its way can't be changed any more: the choice on the screen has to be the one that is sent.
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
