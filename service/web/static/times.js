// Times in the reader's own zone on hover, and "5 min ago" kept true while a page stays open.

const exact = new Intl.DateTimeFormat("en-GB", {
  weekday: "short", day: "numeric", month: "short", year: "numeric",
  hour: "2-digit", minute: "2-digit", timeZoneName: "short",
});
const MINUTE = 60, HOUR = 3600, DAY = 86400;

function ago(seconds) {
  if (seconds < MINUTE) return "just now";
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min ago`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)} h ago`;
  const days = Math.floor(seconds / DAY);
  return days === 1 ? "1 day ago" : `${days} days ago`;
}

export function refreshTimes(within = document) {
  for (const each of within.querySelectorAll("time[datetime]")) {
    const moment = new Date(each.dateTime);
    each.title = exact.format(moment);
    const passed = (Date.now() - moment.getTime()) / 1000;
    // The server's clock gave the first text; only what a week or less has passed since is counted on.
    if ("ago" in each.dataset && passed >= 0 && passed < 7 * DAY) each.textContent = ago(passed);
  }
}

export function startTimes() {
  const serverNow = document.querySelector("meta[name=now]");
  const off = serverNow ? Math.abs(Date.now() - Date.parse(serverNow.content)) : Infinity;
  if (off < 5 * MINUTE * 1000) setInterval(refreshTimes, MINUTE * 1000);
  for (const each of document.querySelectorAll("time[datetime]")) each.title = exact.format(new Date(each.dateTime));
}
