// Copy buttons, an inbox that keeps itself up to date, and what becomes of its messages. The pages can be read without.
"use strict";

document.documentElement.classList.add("js");

for (const block of document.querySelectorAll("pre[data-copyable]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.copy = "";
  button.textContent = "Copy";
  block.before(button);
}

document.addEventListener("click", async ({ target }) => {
  const button = target instanceof Element ? target.closest("button[data-copy]") : null;
  if (!button) return;
  const label = button.textContent;
  const copied = await copy(button.dataset.copy || button.nextElementSibling.textContent);
  button.textContent = copied ? "Copied" : "Select it and press Ctrl+C";
  setTimeout(() => { button.textContent = label; }, 1500);
});

document.addEventListener("click", async ({ target }) => {
  const button = target instanceof Element ? target.closest("button[data-fate]") : null;
  if (!button) return;
  const label = button.textContent;
  try {
    const answer = await fetch(button.dataset.fate, { method: "POST" });
    button.textContent = answer.ok ? "Reported" : "Not reported";
  } catch {
    button.textContent = "Not reported";
  }
  setTimeout(() => { button.textContent = label; }, 1500);
});

// The clipboard is for secure contexts only: localhost is one, another address of the machine is not.
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    return copied;
  }
}

// The page is asked for again and its list taken over: the server escapes, and there is one place that knows what a message looks like.
const list = () => document.querySelector("[data-live]");
let latest = list()?.innerHTML;

async function refresh() {
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-live]");
      if (answer.ok && fresh && fresh.innerHTML !== latest) {
        latest = fresh.innerHTML;
        list().replaceWith(document.adoptNode(fresh));
      }
    } catch {
      // The server is being restarted. It will be back.
    }
  }
  setTimeout(refresh, 2000);
}
if (list()) setTimeout(refresh, 2000);
