// Practice: the feedback comes into the page. Without the script it is a page of its own.
for (const form of document.querySelectorAll("form[data-practice]")) {
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
