// Keeps what is written of an answer on the server a few seconds after the last key, and when the page is left, so that
// neither a crash nor the clock costs it. Without this script the button beside "hand in" does the same.
const PAUSE_SECONDS = 3;
const RETRY_SECONDS = 10;

let timer = null;
let last = null;

const formOf = () => document.querySelector("form[data-written-task]");
const textOf = (form) => form.querySelector("textarea")?.value ?? "";

const tell = (form, kept) => {
  const state = form.querySelector("[data-draft-state]");
  if (!state) return;
  const words = kept ? state.dataset.kept : state.dataset.notKept;
  // The same words again would be read out again at every pause.
  if (state.textContent !== words) state.textContent = words;
};

const keep = async (leaving = false) => {
  clearTimeout(timer);
  const form = formOf();
  if (!form || form.dataset.sending !== undefined) return;
  const text = textOf(form);
  if (text === last) return;
  const body = new FormData(form);
  body.set("do", "keep");
  try {
    // Only 204 says that it is kept. Any other answer leads elsewhere: to signing in, or to the end of the sitting.
    // A request that outlives its page may carry little; one that is waited for may carry any answer.
    const response = await fetch(form.action, { method: "POST", body, redirect: "manual", keepalive: leaving });
    if (response.status === 204) {
      last = text;
      if (form.isConnected) tell(form, true);
      return;
    }
  } catch { /* no connection: as any other draft that is not kept */ }
  if (!form.isConnected) return;
  tell(form, false);
  clearTimeout(timer);
  timer = setTimeout(keep, 1000 * RETRY_SECONDS, false);
};

document.addEventListener("input", (event) => {
  if (!event.target.closest("form[data-written-task]")) return;
  clearTimeout(timer);
  timer = setTimeout(keep, 1000 * PAUSE_SECONDS, false);
});
document.addEventListener("visibilitychange", () => { if (document.hidden) keep(true); });
// Another task has another text to begin with.
const begin = () => { const form = formOf(); last = form ? textOf(form) : null; };
document.addEventListener("htmx:load", begin);
begin();
