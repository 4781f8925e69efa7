// The remaining time: counts down from the server's word, can be hidden, is read out at ten, five and one minute,
// and at zero asks the server again. It ends nothing by itself.
const HIDDEN_KEY = "samat.timer-hidden";
const THRESHOLDS = [10, 5, 1];
const ANSWER_SECONDS = 8;

let countdown = null;

const read = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
const write = (key, value) => { try { localStorage.setItem(key, value); } catch { /* the choice lasts for the page */ } };

const clockText = (seconds) => {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const tail = String(rest).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
};

// The performance clock may stand still while a laptop sleeps and the wall clock may be set back: trust the longer one.
const elapsedSince = (start) => Math.max(performance.now() - start.steady, Date.now() - start.wall) / 1000;

const showHidden = (timer, hidden) => {
  const toggle = timer.querySelector("[data-timer-toggle]");
  timer.querySelector("[data-timer-part]").hidden = hidden;
  toggle.hidden = false;
  toggle.textContent = hidden ? toggle.dataset.show : toggle.dataset.hide;
  toggle.setAttribute("aria-expanded", String(!hidden));
};

const announce = (timer, before, now) => {
  const minutes = THRESHOLDS.find((limit) => before > limit * 60 && now <= limit * 60);
  const announcer = document.getElementById("announcer");
  if (minutes && announcer) announcer.textContent = timer.getAttribute(`data-announce-${minutes}`);
};

// Time is over: the server decides what that means. An answer that is on its way gets a few seconds to arrive, and
// without a connection the page stays: a browser's error page would help nobody.
const askServer = async (timer, patience = ANSWER_SECONDS) => {
  if (!timer.isConnected) return;
  if (patience > 0 && document.querySelector("form[data-exam-form][data-sending]")) {
    setTimeout(askServer, 1000, timer, patience - 1);
    return;
  }
  const url = timer.dataset.reloadUrl || location.href;
  try {
    await fetch(url, { redirect: "manual", cache: "no-store" });
    location.replace(url);
  } catch {
    setTimeout(askServer, 3000, timer, 0);
  }
};

const begin = (timer) => {
  clearInterval(countdown);
  const given = Number(timer.dataset.remainingSeconds);
  if (!Number.isFinite(given)) return;
  const start = { steady: performance.now(), wall: Date.now() };
  const value = timer.querySelector("[data-timer-value]");
  let left = given;
  timer.dataset.timerRunning = "";
  showHidden(timer, read(HIDDEN_KEY) === "yes");

  const tick = () => {
    if (!timer.isConnected) { clearInterval(countdown); return; }
    const now = Math.max(0, Math.ceil(given - elapsedSince(start)));
    announce(timer, left, now);
    left = now;
    value.textContent = clockText(now);
    if (now === 0) {
      clearInterval(countdown);
      // Whole seconds are told, so a last fraction may be left: asking at once could go round in circles.
      setTimeout(askServer, 1500, timer);
    }
  };
  tick();
  countdown = setInterval(tick, 1000);
};

const beginAll = () => {
  const timer = document.querySelector("[data-timer]:not([data-timer-running])");
  if (timer) begin(timer);
};

document.addEventListener("click", (event) => {
  const timer = event.target.closest("[data-timer-toggle]")?.closest("[data-timer]");
  if (!timer) return;
  const hidden = !timer.querySelector("[data-timer-part]").hidden;
  write(HIDDEN_KEY, hidden ? "yes" : "no");
  showHidden(timer, hidden);
});
document.addEventListener("htmx:load", beginAll);
beginAll();
