// The inbox: a post opens beside the list without moving it, and new posts wait until they are asked for.

import { refreshTimes } from "./times.js";

const ASK_EVERY = 20_000;
const narrow = matchMedia("(max-width: 859px)");
const inbox = document.querySelector("[data-inbox]");
let latest = 0;

function rows() {
  return inbox ? [...inbox.querySelectorAll("[data-list] a[data-id]")] : [];
}

async function open(link, { remember = true } = {}) {
  const turn = ++latest;
  for (const each of rows()) each.toggleAttribute("aria-current", false);
  link.setAttribute("aria-current", "true");
  const answer = await fetch(link.href).catch(() => null);
  if (turn !== latest) return;
  if (!answer || !answer.ok) {
    location.href = link.href;
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const pane = inbox.querySelector("[data-pane]");
  pane.replaceChildren(...page.querySelector("[data-pane]").childNodes);
  pane.scrollTop = 0;
  refreshTimes(pane);
  if (remember) history.pushState({}, "", link.href);
}

export function step(by) {
  const all = rows();
  if (!all.length) return false;
  const at = all.findIndex((each) => each.hasAttribute("aria-current"));
  const next = all[Math.max(0, Math.min(at + by, all.length - 1))];
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  if (!narrow.matches) open(next);
  return true;
}

export function showNews() {
  const button = document.querySelector("[data-news]:not([hidden]) button");
  if (button) button.click();
}

async function askForNews() {
  if (document.hidden) return;
  const query = new URLSearchParams(inbox.dataset.query.replace(/^\?/, ""));
  query.set("seen", inbox.dataset.seen);
  const answer = await fetch(`/inbox/new?${query}`).catch(() => null);
  if (!answer || !answer.ok) return;
  const found = (await answer.json()).new;
  const news = inbox.querySelector("[data-news]");
  news.hidden = found === 0;
  news.querySelector("button").textContent = found === 1 ? "1 new post" : `${found} new posts`;
}

export function startInbox() {
  for (const form of document.querySelectorAll("form[method=get]")) {
    // Fields that say nothing stay out of the address.
    form.addEventListener("submit", () => {
      for (const field of form.elements) if (field.name && field.value === "") field.disabled = true;
    });
  }
  if (!inbox) return;
  inbox.querySelector("[data-list]")?.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-id]");
    if (!link || narrow.matches || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    open(link);
  });
  addEventListener("popstate", () => {
    const wanted = new URLSearchParams(location.search).get("post");
    const link = rows().find((each) => each.dataset.id === wanted) || (wanted ? null : rows()[0]);
    if (link) open(link, { remember: false });
    else location.reload();
  });
  inbox.querySelector("[data-news] button").addEventListener("click", () => {
    location.href = `/${inbox.dataset.query}`;
  });
  setInterval(askForNews, ASK_EVERY);
}
