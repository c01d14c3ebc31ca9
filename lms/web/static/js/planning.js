// The editor of a plan: what the server says of it comes while one types, and rows change without leaving the page.
const plan = document.querySelector("form[data-plan]");
if (plan) {
  let waiting = 0;
  let asked = 0;

  // What the server said, into the places that have the same ids; a field knows whether it is at fault.
  const show = (said) => {
    for (const spot of said.querySelectorAll("[data-spot]")) {
      const here = document.getElementById(spot.id);
      if (!here || here.innerHTML === spot.innerHTML) continue;
      here.replaceChildren(...spot.childNodes);
      const field = plan.querySelector(`[aria-describedby~="${spot.id}"]`);
      if (here.querySelector(".field-error")) field?.setAttribute("aria-invalid", "true");
      else field?.removeAttribute("aria-invalid");
    }
  };
  const send = async (address, data) => {
    const answer = await fetch(address, { method: "POST", body: data });
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  };
  const check = async () => {
    const turn = ++asked;
    try {
      const said = await send(plan.dataset.plan, new FormData(plan));
      if (turn === asked) show(said);
    } catch {
      // Without an answer the page stays as it is: "Comprobar" asks again, and says what is wrong.
    }
  };
  plan.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(check, 400);
  });
  plan.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (!button?.matches("[data-row]")) return;
    event.preventDefault();
    clearTimeout(waiting);
    asked += 1;
    const data = new FormData(plan);
    data.set("op", button.value);
    try {
      const page = await send(plan.action, data);
      plan.querySelector("[data-rows]").replaceChildren(...page.querySelector("[data-rows]").childNodes);
      show(page);
      // The focus stays with the row that moved, or goes to the one that was added.
      const [verb, at] = button.value.split("-");
      const rows = plan.querySelectorAll(".plan-row");
      const to = verb === "add" ? rows.length - 1 : Number(at) + ({ up: -1, down: 1 }[verb] ?? 0);
      const row = rows[Math.min(Math.max(to, 0), rows.length - 1)];
      (row ?? plan.querySelector("[data-rows]")).querySelector("select, button:not([disabled])")?.focus();
    } catch {
      const sent = document.createElement("input");
      Object.assign(sent, { type: "hidden", name: "op", value: button.value });
      plan.append(sent);
      plan.submit();
    }
  });
}
