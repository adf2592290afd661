// The command palette and the list of keys.

const palette = document.getElementById("palette");
const keys = document.getElementById("keys");
const input = palette.querySelector("input");
const hits = palette.querySelector("ul");
let latest = 0;

function links() {
  return [...hits.querySelectorAll("a")];
}

function select(link) {
  for (const each of links()) each.setAttribute("aria-selected", String(each === link));
  if (!link) return;
  input.setAttribute("aria-activedescendant", link.id);
  link.scrollIntoView({ block: "nearest" });
}

function show(found) {
  hits.replaceChildren();
  let kind = "";
  found.forEach((hit, at) => {
    if (hit.kind !== kind) {
      kind = hit.kind;
      const heading = document.createElement("li");
      heading.className = "kind";
      heading.role = "presentation";
      heading.textContent = kind;
      hits.append(heading);
    }
    const item = document.createElement("li");
    item.role = "presentation";
    const link = document.createElement("a");
    link.id = `hit-${at}`;
    link.role = "option";
    link.href = hit.href;
    const title = document.createElement("span");
    title.textContent = hit.title;
    const hint = document.createElement("span");
    hint.textContent = hit.hint;
    link.append(title, hint);
    item.append(link);
    hits.append(item);
  });
  if (!found.length) {
    const nothing = document.createElement("li");
    nothing.className = "kind";
    nothing.textContent = "Nothing found";
    hits.append(nothing);
  }
  select(links()[0]);
}

async function search() {
  const turn = ++latest;
  const answer = await fetch(`/search?q=${encodeURIComponent(input.value.trim().slice(0, 200))}`).catch(() => null);
  if (turn !== latest) return;
  show(answer && answer.ok ? await answer.json() : []);
}

export function openPalette() {
  if (palette.open) return;
  palette.showModal();
  input.select();
  search();
}

export function openKeys() {
  if (!keys.open) keys.showModal();
}

export function startDialogs() {
  const openers = { palette: openPalette, keys: openKeys };
  for (const button of document.querySelectorAll("[data-open]")) {
    button.addEventListener("click", () => openers[button.dataset.open]());
  }
  let waiting = 0;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 120);
  });
  input.addEventListener("keydown", (event) => {
    const all = links();
    const at = all.findIndex((each) => each.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown") select(all[Math.min(at + 1, all.length - 1)]);
    else if (event.key === "ArrowUp") select(all[Math.max(at - 1, 0)]);
    else if (event.key === "Enter" && all[at]) location.href = all[at].href;
    else return;
    event.preventDefault();
  });
  for (const dialog of [palette, keys]) {
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  }
}
