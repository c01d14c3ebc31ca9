// data-reading on a form: tells the server which heading is on screen, so that reading goes on from there next time. The
// first send, with no heading, says that the module was opened. Nothing waits for it, and a send that fails is let go: the
// next heading sends again. data-reading-text is the text whose headings count; the side contents follow along.

const reading = document.querySelector("form[data-reading]");
const body = document.querySelector("[data-reading-text]");

if (reading && body) {
  const pause = 4000;
  const links = new Map([...document.querySelectorAll(".toc a")].map((link) => [link.hash.slice(1), link]));
  const headings = [...body.querySelectorAll("h2[id], h3[id]")];
  const above = new Set();
  let current = "";
  let sent = null;
  let timer = 0;

  const send = () => {
    clearTimeout(timer);
    timer = 0;
    if (current === sent) return;
    const data = new FormData(reading);
    data.set("anchor", current);
    sent = current;
    const headers = { Accept: "application/json" };
    fetch(reading.action, { method: "POST", body: new URLSearchParams(data), headers, keepalive: true }).catch(() => {
      sent = null;
    });
  };

  const show = () => {
    const last = headings.filter((heading) => above.has(heading)).at(-1);
    current = last ? last.id : "";
    let marked = null;
    for (const heading of headings) {
      if (links.has(heading.id)) marked = links.get(heading.id);
      if (heading === last) break;
    }
    for (const link of links.values()) {
      if (last && link === marked) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    timer ||= setTimeout(send, pause);
  };

  // A heading counts from when it has passed the upper third of the window.
  const observer = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        const passed = entry.isIntersecting || entry.boundingClientRect.top < 0;
        if (passed) above.add(entry.target);
        else above.delete(entry.target);
      }
      show();
    },
    { rootMargin: "0px 0px -66% 0px" },
  );
  for (const heading of headings) observer.observe(heading);

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") send();
  });
  send();
}
