// The keyboard: j and k step through whatever list a page has.

import { openKeys, openPalette } from "./dialogs.js";
import { showNews, step } from "./inbox.js";

function stepFocus(by) {
  const all = [...document.querySelectorAll("[data-list] h2 a, [data-list] .quote a, [data-table] tbody a:first-child")];
  if (!all.length) return;
  const at = all.indexOf(document.activeElement);
  all[Math.max(0, Math.min(at + by, all.length - 1))].focus();
}

function openWhole() {
  const post = document.querySelector("[data-pane] [data-post]");
  if (post) location.href = `/posts/${post.dataset.post}`;
}

const actions = {
  j: () => step(1) || stepFocus(1),
  k: () => step(-1) || stepFocus(-1),
  o: () => document.querySelector("[data-original]")?.click(),
  r: showNews,
  "/": openPalette,
  "?": openKeys,
};

export function startKeys() {
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openPalette();
      return;
    }
    const typing = event.target.closest?.("input, select, textarea, dialog, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" && event.target.closest?.("a[data-id]")) {
      event.preventDefault();
      openWhole();
      return;
    }
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
