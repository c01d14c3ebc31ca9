// Small improvements of pages that work without them. Each part starts from a data- attribute.

// A filter bar sends itself when a choice changes. Not while somebody goes through a list with the arrow keys, which
// changes it at every step: then Enter, or the button of the bar, sends it.
for (const form of new Set([...document.querySelectorAll("[data-autosubmit]")].map((control) => control.form))) {
  if (!form) continue;
  let stepping = false;
  form.addEventListener("pointerdown", () => (stepping = false));
  form.addEventListener("keydown", (event) => {
    stepping = event.key !== "Enter";
    if (!stepping && event.target.matches("select[data-autosubmit]")) form.requestSubmit();
  });
  form.addEventListener("change", (event) => {
    if (!stepping && event.target.matches("[data-autosubmit]")) form.requestSubmit();
  });
}

// One menu open at a time; Escape or a click outside closes it and gives the focus back.
const menus = [...document.querySelectorAll("details[data-menu]")];
document.addEventListener("click", (event) => {
  for (const menu of menus) if (menu.open && !menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus.filter((each) => each.open)) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// What failed is said first: the summary of errors takes the focus.
document.querySelector("[data-focus]")?.focus();

// A link of the summary reaches a control, also when a sticky bar stands over the page.
for (const link of document.querySelectorAll(".form-summary a")) {
  link.addEventListener("click", (event) => {
    const control = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!control) return;
    event.preventDefault();
    control.focus({ preventScroll: true });
    control.scrollIntoView({ block: "center" });
  });
}
