// Dragging, beside what the keyboard does: a row of an ordering by its handle (by the whole row with a mouse), a choice of a
// matching onto a row. Nothing moves in the document before the drop: a finger's events follow the element they began on.
const EDGE = 48; // pixels from an edge of the window within which a drag scrolls
const STEP = 12;

function drag(moved, event, over, drop) {
  const start = { x: event.clientX, y: event.clientY + scrollY };
  let at = event;
  let frame = 0;
  const follow = () => {
    moved.style.translate = `${moved.dataset.token === undefined ? 0 : at.clientX - start.x}px ${at.clientY + scrollY - start.y}px`;
    over(at);
    const down = at.clientY > innerHeight - EDGE ? STEP : at.clientY < EDGE ? -STEP : 0;
    if (down) scrollBy({ top: down, behavior: "instant" });
    frame = requestAnimationFrame(follow);
  };
  const turn = (next) => (at = next);
  const end = (last) => {
    cancelAnimationFrame(frame);
    removeEventListener("pointermove", turn);
    removeEventListener("pointerup", end);
    removeEventListener("pointercancel", end);
    if (last.type === "pointerup") over(last);
    moved.classList.remove("is-dragged");
    moved.style.translate = "";
    drop(last.type === "pointerup");
  };
  event.preventDefault();
  moved.classList.add("is-dragged");
  addEventListener("pointermove", turn);
  addEventListener("pointerup", end);
  addEventListener("pointercancel", end);
  frame = requestAnimationFrame(follow);
}

function rowDragged(list, row, event) {
  const others = [...list.children].filter((each) => each !== row);
  const from = [...list.children].indexOf(row);
  let to = from;
  const over = ({ clientY }) => {
    const middle = (each) => each.getBoundingClientRect().top + each.offsetHeight / 2;
    to = others.filter((each) => middle(each) < clientY).length;
    others.forEach((each, index) => {
      each.classList.toggle("drop-before", to !== from && index === to);
      each.classList.toggle("drop-after", to !== from && to === others.length && index === to - 1);
    });
  };
  drag(row, event, over, (done) => {
    for (const each of others) each.classList.remove("drop-before", "drop-after");
    if (done && to !== from) list.dispatchEvent(new CustomEvent("dragged", { detail: { row, to } }));
  });
}

for (const list of document.querySelectorAll("[data-order]")) {
  for (const grip of list.querySelectorAll("[data-grip]")) grip.hidden = false;
  list.addEventListener("pointerdown", (event) => {
    const row = event.target.closest("[data-choice]");
    const held = event.pointerType === "mouse" ? !event.target.closest("select, button") : event.target.closest("[data-grip]");
    if (row && held && event.isPrimary && event.button === 0) rowDragged(list, row, event);
  });
}

function matchable(box) {
  const rows = [...box.querySelectorAll(".match-row")];
  const selects = rows.map((row) => row.querySelector("select"));
  const tray = box.parentElement.querySelector("[data-tokens]");
  const tokens = [...selects[0].options].slice(1).map((option) => {
    const token = document.createElement("span");
    token.className = "token";
    token.dataset.token = option.value;
    token.lang = option.lang;
    token.textContent = option.text;
    return token;
  });
  const used = () => {
    const taken = new Set(selects.map((select) => select.value));
    for (const token of tokens) token.classList.toggle("is-used", taken.has(token.dataset.token));
  };
  tray.append(...tokens);
  tray.hidden = false;
  used();
  box.addEventListener("change", used);
  tray.addEventListener("pointerdown", (event) => {
    const token = event.target.closest("[data-token]");
    if (!token || !event.isPrimary || event.button !== 0) return;
    let target = null;
    const over = ({ clientX, clientY }) => {
      const inside = (row) => {
        const edge = row.getBoundingClientRect();
        return clientX >= edge.left && clientX <= edge.right && clientY >= edge.top && clientY <= edge.bottom;
      };
      target = rows.find(inside) ?? null;
      for (const row of rows) row.classList.toggle("is-target", row === target);
    };
    drag(token, event, over, (done) => {
      for (const row of rows) row.classList.remove("is-target");
      if (!done || !target) return;
      const select = target.querySelector("select");
      select.value = token.dataset.token;
      select.dispatchEvent(new Event("change", { bubbles: true }));
    });
  });
}

for (const box of document.querySelectorAll("[data-match]")) matchable(box);
