// An ordering: buttons move a row, and a place chosen in a list moves the row there, so that no place comes twice.
function orderable(list) {
  const rows = () => [...list.children];
  // `row` is the one that was moved; none where all of them were left as they stand.
  const changed = (row) => list.dispatchEvent(new CustomEvent("ordered", { bubbles: true, detail: row }));
  const number = () => rows().forEach((row, index) => (row.querySelector("select").value = String(index + 1)));

  function move(row, to) {
    const others = rows().filter((each) => each !== row);
    others.splice(Math.max(0, Math.min(to, others.length)), 0, row);
    list.append(...others);
    number();
  }

  for (const button of list.querySelectorAll("[data-move]")) button.hidden = false;
  const keeper = list.parentElement.querySelector("[data-order-keep]");
  keeper.hidden = false;
  keeper.addEventListener("click", () => {
    number();
    changed(null);
  });
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    const row = button.closest("[data-choice]");
    move(row, rows().indexOf(row) + Number(button.dataset.move));
    button.focus();
    changed(row);
  });
  list.addEventListener("dragged", ({ detail: { row, to } }) => {
    move(row, to);
    changed(row);
  });
  list.addEventListener("change", (event) => {
    const row = event.target.closest("[data-choice]");
    if (event.target.value) {
      move(row, Number(event.target.value) - 1);
      event.target.focus();
    } else {
      for (const select of list.querySelectorAll("select")) select.value = "";
    }
    changed(row);
  });
}

for (const list of document.querySelectorAll("[data-order]")) orderable(list);
