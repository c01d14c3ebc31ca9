// The key "/" goes to the search, from anywhere but a field.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const page = document.querySelector("[data-search-page]");
  const box = page ?? document.querySelector("[data-search]");
  if (!box) return;
  event.preventDefault();
  if (box.offsetParent) box.focus();
  else box.form.submit();
});
