// data-confirm="text" on a form or a submit button: the page asks before it sends. Without the script the form goes
// straight out, so the server never counts on this. The words of the buttons stand on <body>, translated;
// data-confirm-action names the act itself ("Cerrar el mes").

const words = document.body.dataset;

function button(text, value, look) {
  const made = document.createElement("button");
  made.className = `btn btn-${look}`;
  made.value = value;
  made.textContent = text;
  return made;
}

function ask(source) {
  const dialog = document.createElement("dialog");
  const form = document.createElement("form");
  form.method = "dialog";
  const text = document.createElement("p");
  text.id = "confirm-text";
  text.textContent = source.dataset.confirm;
  dialog.setAttribute("aria-labelledby", text.id);
  const actions = document.createElement("div");
  actions.className = "actions";
  const yes = source.dataset.confirmAction || words.yes;
  const no = words.no;
  actions.append(button(yes, "yes", source.matches(".btn-danger, :has(.btn-danger)") ? "danger" : "primary"), button(no, "no", "secondary"));
  form.append(text, actions);
  dialog.append(form);
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    dialog.showModal();
  });
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const source = [event.submitter, form].find((each) => each?.dataset.confirm);
  if (!source || form.dataset.confirmed) return;
  event.preventDefault();
  // The others that listen for this submit (saving, counting) must not act on a question that is still open.
  event.stopImmediatePropagation();
  const submitter = event.submitter;
  if (!(await ask(source))) return submitter?.focus();
  form.dataset.confirmed = "yes";
  form.requestSubmit(submitter);
  delete form.dataset.confirmed;
}, true);
