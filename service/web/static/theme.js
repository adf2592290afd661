// The switch between light and dark. The server reads the cookie, so that no page flashes in the other one.

const root = document.documentElement;
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

function current() {
  return root.dataset.theme || (systemIsDark.matches ? "dark" : "light");
}

for (const button of document.querySelectorAll("[data-theme-switch]")) {
  button.addEventListener("click", () => {
    const wanted = current() === "dark" ? "light" : "dark";
    root.dataset.theme = wanted;
    document.cookie = `theme=${wanted}; path=/; max-age=31536000; samesite=lax`;
  });
}
