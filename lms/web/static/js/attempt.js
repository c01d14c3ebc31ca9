// A test attempt. The page is one form that works by itself; this shows one question at a time, saves each answer as it
// is given, keeps what cannot be sent in this browser until the line is back, and hands in when the time is over.
// The server decides everything: what counts, what is late, when it ends.

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
    const kind = (each) => ["answer", "flag"].find((name) => name in each);
    const same = (each) => each.tab === tab && each.position === change.position && kind(change) && kind(each) === kind(change);
    // Only the newest of a question needs to go out; what is under way stays until it is answered, and traces are all kept.
    if (!sending) queue = queue.filter((each) => !same(each));
    queue.push({ ...change, tab, seq });
    keep();
    say(said.saidSaving, "waiting");
    flush();
  }

  // --- sending

  async function post(saves, again) {
    const token = form.elements.csrf_token.value;
    const body = JSON.stringify({ saves });
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
      body,
      keepalive: new Blob([body]).size < 60000, // a browser refuses to keep more alive than 64 KiB
    });
    if (answer.status === 400 && !again && (await renew())) return post(saves, true);
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

  // The first ones that one request may carry: long texts make it heavy.
  let batchSize = 200;
  function batch() {
    let size = 0;
    const end = queue.findIndex((save, at) => at === batchSize || ((size += 4 * JSON.stringify(save).length) > 200000 && at > 0));
    return end < 0 ? queue.slice() : queue.slice(0, end);
  }

  async function sendAll() {
    clearTimeout(retry);
    do {
      const saves = batch();
      let answer;
      try {
        answer = await post(saves);
      } catch {
        return wait(said.saidOffline);
      }
      if (answer.status === 401) return wait(said.saidOut);
      if (answer.status >= 500) return wait(said.saidOffline);
      const reply = await answer.json().catch(() => ({}));
      if (!answer.ok && !["assessment.closed", "assessment.bad_request"].includes(reply.error)) return wait(said.saidOut);
      if (reply.error === "assessment.bad_request" && saves.length > 1) {
        batchSize = 1; // one of them spoils the request: the others must not be lost with it
        continue;
      }
      if (!answer.ok) {
        // The attempt is closed, or this one says nothing: it cannot be stored any more.
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
      const sent = queue.find((each) => each.tab === result.tab && each.seq === result.seq);
      settle(result);
      late = late || result.state === "late";
      if (sent && ("left" in sent || "paste" in sent)) continue;
      const card = document.getElementById(`q${result.position}`);
      const line = card?.querySelector("[data-refused]");
      if (!line && result.state === "refused") elsewhere = result.detail;
      if (!line) continue;
      line.hidden = result.state !== "refused";
      line.textContent = result.detail || "";
      if (!sent || !("answer" in sent)) continue;
      const note = card.querySelector("[data-note]");
      if (note) note.textContent = result.note || "";
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
  document.addEventListener("visibilitychange", () => (document.visibilityState === "visible" ? flush() : settleTyping()));

  // --- traces, for a trainer to see and never to judge by: that the page was left, that something was pasted (not what)

  const most = 86400;
  let leftAt = null;
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") leftAt ??= performance.now();
    else if (leftAt !== null) {
      const seconds = Math.min(most, Math.round((performance.now() - leftAt) / 1000));
      leftAt = null;
      if (seconds > 0) add({ position: Math.max(0, shown) + 1, left: seconds });
    }
  });
  form.addEventListener("paste", (event) => {
    const card = event.target.closest("[data-question]");
    const length = event.clipboardData?.getData("text").length ?? 0;
    if (card && length) add({ position: Number(card.dataset.question), paste: Math.min(most, length) });
  });

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
    const fields = [...card.querySelectorAll("[data-field]")];
    if (fields.length) return fields.map((field) => field.value);
    return [...card.querySelectorAll("input:checked")].map((input) => input.value);
  }

  const holds = (card) => answerOf(card).some((each) => each.trim() !== "");

  function answered(card) {
    const is = holds(card);
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
      [...card.querySelectorAll("[data-field]")].forEach((field, index) => (field.value = save.answer[index] ?? ""));
      for (const input of card.querySelectorAll(".option input")) input.checked = save.answer.includes(input.value);
    }
    card.dispatchEvent(new Event("refilled"));
    known.set(card, JSON.stringify(answerOf(card)));
    answered(card);
  }

  // What each question held when it was last sent: leaving a field does not send again what typing has sent.
  const known = new Map(cards.map((card) => [card, JSON.stringify(answerOf(card))]));

  function changed(card) {
    clearTimeout(typing.get(card));
    typing.delete(card);
    const answer = answerOf(card);
    if (known.get(card) === JSON.stringify(answer)) return;
    known.set(card, JSON.stringify(answer));
    answered(card);
    add({ position: Number(card.dataset.question), answer });
  }

  // --- typing is saved in its pauses, when the field is left, and before the page goes

  const typing = new Map();
  const settleTyping = () => [...typing.keys()].forEach(changed);

  form.addEventListener("input", (event) => {
    const card = event.target.matches("input[data-field], textarea") && event.target.closest("[data-question]");
    if (!card) return;
    answered(card);
    clearTimeout(typing.get(card));
    typing.set(card, setTimeout(() => changed(card), 1200));
  });
  addEventListener("pagehide", settleTyping);

  form.addEventListener("ordered", (event) => {
    const row = event.detail;
    if (row) {
      const place = row.querySelector("select").value;
      const said = event.target.dataset.place.replace("{item}", row.children[1].textContent);
      state.textContent = said.replace("{place}", place);
    }
    changed(event.target.closest("[data-question]"));
  });

  form.addEventListener("change", (event) => {
    const card = event.target.closest("[data-question]");
    if (card && !event.target.closest("[data-order]")) changed(card);
  });

  // --- flag, clear, save, go on to the summary

  function clear(card) {
    for (const input of card.querySelectorAll("input:checked")) input.checked = false;
    for (const field of card.querySelectorAll("select, [data-field]")) field.value = "";
    card.dispatchEvent(new Event("refilled"));
    changed(card);
  }

  function flag(card, button) {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    button.querySelector("span").textContent = on ? said.saidFlagged : said.saidFlag;
    answered(card);
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
      settleTyping();
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
    // What a scenario's questions share is seen with each of them.
    for (const shared of form.querySelectorAll("[data-scenario]")) shared.hidden = !shared.contains(cards[index]);
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
    settleTyping();
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
