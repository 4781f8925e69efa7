// Adds the points up while a marker chooses, and says the sum. Without this script the sum shows once the mark is kept.
const form = document.querySelector("form[data-marking-form]");
const sum = form?.querySelector("[data-marking-sum]");

const show = () => {
  const chosen = [...form.querySelectorAll("input[type=radio]:checked")];
  sum.hidden = chosen.length === 0;
  sum.textContent = sum.dataset.words.replace("{n}", chosen.reduce((total, input) => total + Number(input.value), 0));
};

if (sum) {
  form.addEventListener("change", show);
  show();
}
