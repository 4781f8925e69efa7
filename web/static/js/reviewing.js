// Commenting on words: what was last chosen in the question comes into the field for the words commented on. Without this
// script they are pasted or typed there. The button is shown only where it works, also after HTMX has changed the page.
const HOST = "[data-quotable]";
let chosen = "";

const remember = () => {
  const selection = document.getSelection();
  const words = selection?.toString().trim() ?? "";
  const host = selection?.anchorNode?.parentElement?.closest(HOST);
  // What is chosen elsewhere, or given up by a click on the button, leaves the last words as they are.
  if (words && host && host.contains(selection.focusNode)) chosen = words;
};

const show = () => {
  for (const place of document.querySelectorAll("[data-takes-chosen]")) place.hidden = !document.querySelector(HOST);
};

const take = (button) => {
  const field = document.getElementById("quote");
  const said = button.parentElement.querySelector("[data-take-chosen-said]");
  said.textContent = chosen ? "" : button.dataset.none;
  if (!chosen) return;
  field.value = chosen.replace(/\s+/g, " ");
  document.getElementById("comment").focus();
};

document.addEventListener("selectionchange", remember);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-take-chosen]");
  if (button) take(button);
});
document.addEventListener("htmx:afterSettle", show);
show();
