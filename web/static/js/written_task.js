// Keeps what is written of an answer on the server a few seconds after the last key, and when the page is left, so that
// neither a crash nor the clock costs it. Without this script the button beside "hand in" does the same.
const PAUSE_SECONDS = 3;

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
  body.set("do", "draft");
  try {
    // The plain form's answer leads back to the task: that it does is all there is to know.
    // A request that outlives its page may carry little; one that is waited for may carry any answer.
    const response = await fetch(form.action, { method: "POST", body, redirect: "manual", keepalive: leaving });
    const kept = response.type === "opaqueredirect" || response.ok;
    if (kept) last = text;
    if (form.isConnected) tell(form, kept);
  } catch {
    if (form.isConnected) tell(form, false);
  }
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
