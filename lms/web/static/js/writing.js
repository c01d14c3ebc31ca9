// How many words a long answer has, as the server counts them.
function countWords(field) {
  const said = field.parentElement.querySelector("[data-words-now]");
  const words = field.value.normalize("NFC").match(/[\p{L}\p{N}_]+(?:[-'’.,][\p{L}\p{N}_]+)*/gu);
  said.textContent = said.dataset.said.replace("{count}", words ? words.length : 0);
}

// "refilled" is said of a question whose fields were filled or emptied by a script.
for (const field of document.querySelectorAll("[data-long]")) {
  field.addEventListener("input", () => countWords(field));
  field.closest("fieldset").addEventListener("refilled", () => countWords(field));
  countWords(field);
}
