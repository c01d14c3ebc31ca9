// The editor of a question: what the form means is shown beside it while it is typed, and rows come and go without leaving the page.
// Without the script the same buttons load the page again.
const QUIET = 500; // milliseconds without a key before the preview is asked for

function sheet(form) {
  let timer = 0;
  let turn = 0;
  const part = (root, name) => root.querySelector(`[data-part="${name}"]`);

  async function ask(operation, parts) {
    const mine = ++turn;
    const data = new FormData(form);
    data.set("op", operation);
    data.set("fragment", "1");
    const answer = await fetch(form.action || location.href, { method: "POST", body: data });
    if (!answer.ok) throw new Error(answer.status);
    const found = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine !== turn) return false; // something newer was asked for meanwhile
    for (const name of parts) part(form, name).replaceWith(document.adoptNode(part(found, name)));
    return true;
  }

  const look = () => {
    clearTimeout(timer);
    timer = setTimeout(() => ask("look", ["preview"]).catch(() => {}), QUIET);
  };
  form.addEventListener("input", (event) => {
    if (!event.target.closest("[data-part='preview']")) look();
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-shapes]")) ask("look", ["fields", "preview"]).then(() => form.elements[event.target.name]?.focus(), () => {});
  });
  form.addEventListener("submit", (event) => {
    const operation = event.submitter?.value ?? "save";
    if (event.submitter?.name !== "op" || operation === "save") return;
    event.preventDefault();
    clearTimeout(timer);
    const [verb, path] = operation.split(":");
    ask(operation, verb === "look" ? ["preview"] : ["fields", "preview"]).then((done) => {
      if (!done) return;
      const place = verb === "add" ? form.querySelector(`#${CSS.escape(path)} > fieldset:last-of-type`) : form.querySelector(`#${CSS.escape(path ?? "")}`);
      const group = place ?? form.querySelector(`#${CSS.escape((path ?? "").replace(/-\d+$/, ""))}`);
      (verb === "look" ? form.querySelector("#preview-title") : group?.querySelector("textarea, input, select"))?.focus();
    }, () => form.submit());
  });
}

for (const form of document.querySelectorAll("form[data-sheet]")) sheet(form);

for (const form of document.querySelectorAll("form[data-upload]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = form.parentElement.querySelector("[data-said]");
    const data = new FormData(form);
    data.set("fragment", "1");
    const answer = await fetch(form.action, { method: "POST", body: data });
    if (!answer.ok) return form.submit();
    said.innerHTML = await answer.text();
    form.reset();
  });
}
