// A test attempt. The page is one form that works by itself; this shows one question at a time, saves each answer as it
// is given, keeps what cannot be sent in this browser until the line is back, and hands in when the time is over.
// The server decides everything: what counts, what is late, when it ends.

// An ordering: buttons move a row, and a place chosen in a list moves the row there, so that no place comes twice.
function orderable(list, changed) {
  const rows = () => [...list.children];
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

function startAttempt(form) {
  const code = form.dataset.attempt;
  const said = form.dataset;
  const cards = [...form.querySelectorAll("[data-question]")];
  const find = (name) => form.querySelector(`[data-${name}]`);
  const state = find("saved");
  const paged = "paged" in said; // several questions a page: the server turns them, and all of a page are shown
  const store = `umbral:${code}:`;
  // A new name for every load of the page: a tab that was duplicated must not send under the same name.
  const tab = [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  let seq = 0;
  let queue = [];
  let sending = null;
  let retry = null;
  let base = performance.now();
  let left = Number(said.seconds);
  let leaving = false;
  let passing = false;

  // --- the queue: in memory, and in this browser in case the page goes

  function keep() {
    try {
      const mine = queue.filter((save) => save.tab === tab);
      if (mine.length) localStorage.setItem(store + tab, JSON.stringify(mine));
      else localStorage.removeItem(store + tab);
    } catch { /* no storage: the queue lives as long as the page */ }
  }

  function recall() {
    try {
      for (const key of Object.keys(localStorage).filter((each) => each.startsWith(store))) {
        queue.push(...JSON.parse(localStorage.getItem(key)));
      }
    } catch { /* what cannot be read was not ours */ }
  }

  function settle(save) {
    queue = queue.filter((each) => each.tab !== save.tab || each.seq !== save.seq);
    if (save.tab === tab) return;
    try {
      const rest = queue.filter((each) => each.tab === save.tab);
      if (rest.length) localStorage.setItem(store + save.tab, JSON.stringify(rest));
      else localStorage.removeItem(store + save.tab);
    } catch { /* as above */ }
  }

  function say(text, kind) {
    state.textContent = text;
    state.classList.toggle("is-offline", kind === "offline");
    state.classList.toggle("is-waiting", kind === "waiting");
  }

  function add(change) {
    seq += 1;
    const same = (each) => each.tab === tab && each.position === change.position && "flag" in each === "flag" in change;
    // Only the newest of a question needs to go out; what is under way stays until it is answered.
    if (!sending) queue = queue.filter((each) => !same(each));
    queue.push({ ...change, tab, seq });
    keep();
    say(said.saidSaving, "waiting");
    flush();
  }

  // --- sending

  // As many as one request takes: a browser refuses a body of over 64 KiB that is to outlive its page.
  function batch() {
    const saves = [];
    let size = 0;
    for (const save of queue.slice(0, 200)) {
      size += 4 * JSON.stringify(save).length; // bytes of a letter, at most
      if (saves.length && size > 60000) break;
      saves.push(save);
    }
    return [saves, size < 60000];
  }

  async function post(saves, keepalive, again) {
    const token = form.elements.csrf_token.value;
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
      body: JSON.stringify({ saves }),
      keepalive,
    });
    if (answer.status === 400 && !again && (await renew())) return post(saves, keepalive, true);
    return answer;
  }

  // After signing in again in another tab this page's token is out of date; the page itself has the new one.
  async function renew() {
    const page = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("[data-attempt] [name=csrf_token]");
    if (!fresh) return false;
    for (const field of document.querySelectorAll("[name=csrf_token]")) field.value = fresh.value;
    return true;
  }

  function flush() {
    if (!sending) sending = sendAll().finally(() => (sending = null));
    return sending;
  }

  async function sendAll() {
    clearTimeout(retry);
    do {
      const [saves, keepalive] = batch();
      let answer;
      try {
        answer = await post(saves, keepalive);
      } catch {
        return wait(said.saidOffline);
      }
      if (answer.status === 401) return wait(said.saidOut);
      if (answer.status >= 500) return wait(said.saidOffline);
      const reply = await answer.json().catch(() => ({}));
      if (!answer.ok && !["assessment.closed", "assessment.bad_request"].includes(reply.error)) return wait(said.saidOut);
      if (!answer.ok) {
        // The attempt is closed: nothing of this can be stored any more.
        for (const save of saves) settle(save);
        keep();
        return say(reply.detail, "offline");
      }
      take(reply);
    } while (queue.length);
  }

  function take(reply) {
    base = performance.now();
    left = reply.seconds_left;
    let late = false;
    let elsewhere = "";
    for (const result of reply.results) {
      settle(result);
      late = late || result.state === "late";
      const card = document.getElementById(`q${result.position}`);
      const line = card?.querySelector("[data-refused]");
      if (!line && result.state === "refused") elsewhere = result.detail;
      if (!line) continue;
      line.hidden = result.state !== "refused";
      line.textContent = result.detail || "";
    }
    keep();
    if (reply.results.length) say(late ? said.saidLate : said.saidSaved.replace("{clock}", reply.clock), late ? "offline" : "");
    if (elsewhere) say(elsewhere, "offline");
    if (reply.closed) location.reload();
  }

  function wait(text) {
    if (queue.length) say(text, "offline");
    retry = setTimeout(flush, 5000);
  }

  addEventListener("online", flush);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && flush());

  // --- what a question holds now

  function answerOf(card) {
    const list = card.querySelector("[data-order]");
    if (list) {
      const places = [...list.children].map(() => "");
      for (const row of list.children) {
        const place = Number(row.querySelector("select").value);
        if (place) places[place - 1] = row.dataset.choice;
      }
      return places;
    }
    const selects = [...card.querySelectorAll("select")];
    if (selects.length) return selects.map((select) => select.value);
    return [...card.querySelectorAll("input:checked")].map((input) => input.value);
  }

  function answered(card, is) {
    const link = form.querySelector(`[data-to="${card.dataset.question}"]`);
    const flagged = card.querySelector("[data-flag]").getAttribute("aria-pressed") === "true";
    link.classList.toggle("is-answered", is);
    link.classList.toggle("is-flagged", flagged);
    const words = [is && said.saidAnswered, flagged && said.saidMarked].filter(Boolean);
    link.querySelector("[data-words]").textContent = words.map((word) => `, ${word}`).join("");
  }

  // What waited in this browser since before the page was loaded is shown again, not only sent.
  function restore(save) {
    const card = document.getElementById(`q${save.position}`);
    if (!card?.querySelector("[data-flag]") || !Array.isArray(save.answer)) return;
    const list = card.querySelector("[data-order]");
    if (list) {
      for (const row of list.children) row.querySelector("select").value = String(save.answer.indexOf(row.dataset.choice) + 1 || "");
      list.append(...save.answer.map((id) => list.querySelector(`[data-choice="${CSS.escape(id)}"]`)).filter(Boolean));
    } else {
      [...card.querySelectorAll("select")].forEach((select, index) => (select.value = save.answer[index] ?? ""));
      for (const input of card.querySelectorAll(".option input")) input.checked = save.answer.includes(input.value);
    }
    answered(card, answerOf(card).some((each) => each !== ""));
  }

  function changed(card) {
    const answer = answerOf(card);
    answered(card, answer.some((each) => each !== ""));
    add({ position: Number(card.dataset.question), answer });
  }

  for (const list of form.querySelectorAll("[data-order]")) {
    orderable(list, (row) => {
      if (row) {
        const place = row.querySelector("select").value;
        state.textContent = list.dataset.place.replace("{item}", row.children[1].textContent).replace("{place}", place);
      }
      changed(list.closest("[data-question]"));
    });
  }

  form.addEventListener("change", (event) => {
    const card = event.target.closest("[data-question]");
    if (card && !event.target.closest("[data-order]")) changed(card);
  });

  // --- flag, clear, save, go on to the summary

  function clear(card) {
    for (const input of card.querySelectorAll("input:checked")) input.checked = false;
    for (const select of card.querySelectorAll("select")) select.value = "";
    changed(card);
  }

  function flag(card, button) {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    button.querySelector("span").textContent = on ? said.saidFlagged : said.saidFlag;
    answered(card, answerOf(card).some((each) => each !== ""));
    add({ position: Number(card.dataset.question), flag: on });
  }

  form.addEventListener("submit", async (event) => {
    if (passing) return;
    event.preventDefault();
    const button = event.submitter;
    const card = button?.closest("[data-question]");
    if (card && "flag" in button.dataset) flag(card, button);
    else if (card && "clear" in button.dataset) clear(card);
    else {
      await flush();
      if (queue.length || !button || !navigator.onLine) return;
      if (button.value === "review") location.assign(said.review);
      else if (["go", "check"].includes(button.name)) {
        // Everything is saved: now the form itself turns the page, or shows what is said of an answer.
        passing = true;
        form.requestSubmit(button);
      }
    }
  });

  // --- one question at a time; the address names it, so that "back" works

  const steps = find("steps");
  const numberOf = () => Math.max(0, cards.findIndex((card) => `#${card.id}` === location.hash));
  let shown = -1;

  function show(index, focus) {
    if (paged || index === shown) return;
    shown = index;
    cards.forEach((card, at) => (card.hidden = at !== index));
    for (const link of form.querySelectorAll("[data-to]")) {
      if (Number(link.dataset.to) === index + 1) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    find("previous").disabled = index === 0;
    find("next").disabled = index === cards.length - 1;
    if (!focus) return;
    cards[index].focus({ preventScroll: true });
    scrollTo({ top: 0 });
  }

  function go(index) {
    if (index >= 0 && index < cards.length) location.hash = cards[index].id;
  }

  const here = () => (paged ? cards.findIndex((card) => card.contains(document.activeElement)) : shown);
  steps.hidden = paged || cards.length < 2;
  find("previous").addEventListener("click", () => go(shown - 1));
  find("next").addEventListener("click", () => go(shown + 1));
  addEventListener("hashchange", () => show(numberOf(), true));
  show(numberOf(), false);

  // --- keys, which can be switched off

  const keys = find("keys");
  find("keys-choice").hidden = false;
  try {
    keys.checked = localStorage.getItem("umbral:keys") !== "off";
    keys.addEventListener("change", () => localStorage.setItem("umbral:keys", keys.checked ? "on" : "off"));
  } catch { /* no storage: they are on */ }
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("select, textarea, input:not([type=radio], [type=checkbox])");
    if (!keys.checked || typing || event.ctrlKey || event.altKey || event.metaKey) return;
    const letter = event.key.toLowerCase();
    const at = here();
    if (letter === "n") go(at + 1);
    else if (letter === "p") go(at - 1);
    else if (/^[1-9]$/.test(letter)) cards[at]?.querySelectorAll(".option input")[Number(letter) - 1]?.click();
  });

  // --- time: counted from what the server said, never from this computer's clock

  const timer = find("timer");
  const text = find("timer-text");
  const ends = text.textContent;
  const toggle = find("timer-toggle");
  const warn = [5, 1].filter((minutes) => left > minutes * 60);
  let over = false;
  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    timer.hidden = !timer.hidden;
    toggle.textContent = timer.hidden ? said.saidShow : said.saidHide;
  });

  function tick() {
    const rest = Math.max(0, Math.ceil(left - (performance.now() - base) / 1000));
    const [minutes, seconds] = [Math.floor(rest / 60), rest % 60];
    text.textContent = `${String(minutes).padStart(2, "0")}:${String(seconds).padStart(2, "0")}`;
    text.title = ends;
    timer.classList.toggle("is-short", rest <= 60);
    if (warn.length && rest <= warn[0] * 60) {
      const now = warn.shift();
      find("timer-say").textContent = now === 1 ? said.saidLast : said.saidLeft.replace("{minutes}", now);
    }
    if (rest === 0 && !over) finish();
  }

  async function finish() {
    over = true;
    await flush();
    // The server's answer set the time again: a computer that slept or ran fast must not hand in early.
    if (left - (performance.now() - base) / 1000 > 1) over = false;
    // What waits here goes first: handing in before would leave it behind, though it may still come within the grace.
    else if (navigator.onLine && !leaving && !queue.length) {
      leaving = true;
      document.querySelector("[data-time-over]").requestSubmit();
    } else setTimeout(finish, 5000);
  }

  recall();
  queue.forEach(restore);
  if (queue.length) flush();
  tick();
  setInterval(tick, 1000);
}

for (const form of document.querySelectorAll("form[data-attempt]")) startAttempt(form);

// Practice: the feedback comes into the page. Without the script it is a page of its own.
for (const form of document.querySelectorAll("form[data-practice]")) {
  for (const list of form.querySelectorAll("[data-order]")) orderable(list, () => {});
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const data = new FormData(form);
    data.append("fragment", "1");
    try {
      const answer = await fetch(form.action, { method: "POST", body: data });
      if (!answer.ok) throw new Error(answer.status);
      form.querySelector("[data-practice-feedback]").innerHTML = await answer.text();
    } catch {
      form.submit();
    }
  });
}
