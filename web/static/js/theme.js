// Light or dark: the system's wish, unless the person chose otherwise. Loaded before the first paint.
(() => {
  const KEY = "samat.theme";
  const root = document.documentElement;
  const systemDark = matchMedia("(prefers-color-scheme: dark)");

  const remembered = () => {
    try { return localStorage.getItem(KEY); } catch { return null; }
  };

  const remember = (theme) => {
    // A browser that refuses storage still switches; it only forgets with the page.
    try {
      if (theme) localStorage.setItem(KEY, theme);
      else localStorage.removeItem(KEY);
    } catch { /* as said above */ }
  };

  const current = () => root.dataset.theme ?? (systemDark.matches ? "dark" : "light");

  const show = () => {
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
      button.hidden = false;
      button.setAttribute("aria-pressed", String(current() === "dark"));
      for (const face of button.querySelectorAll("[data-theme-shows]")) {
        face.hidden = face.dataset.themeShows === current();
      }
    }
  };

  const toggle = () => {
    const wanted = current() === "dark" ? "light" : "dark";
    const systems = systemDark.matches ? "dark" : "light";
    if (wanted === systems) {
      delete root.dataset.theme;
      remember(null);
    } else {
      root.dataset.theme = wanted;
      remember(wanted);
    }
    show();
  };

  const stored = remembered();
  if (stored === "light" || stored === "dark") root.dataset.theme = stored;
  systemDark.addEventListener("change", show);
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-theme-toggle]")) toggle();
  });
})();
