// Keeps "3 minutes ago" true, refreshes when the page comes back into view,
// and says so when the server cannot be reached. htmx does the refreshing.
"use strict";

const UNITS = [[86400, "day"], [3600, "hour"], [60, "minute"]];
const words = document.querySelector("main").dataset;
const since = new Intl.RelativeTimeFormat(document.documentElement.lang);

function ago(seconds) {
  for (const [size, name] of UNITS) {
    const count = Math.floor(seconds / size);
    if (count) return since.format(-count, name);
  }
  return words.justNow;
}

function updateTimes() {
  for (const time of document.querySelectorAll("time[data-ago]")) {
    const text = ago(Math.max(0, (Date.now() - Date.parse(time.dateTime)) / 1000));
    if (time.textContent !== text) time.textContent = text;
  }
}

let reachedAt = new Date();

function showOffline() {
  const note = document.querySelector(".offline");
  note.textContent = words.lost.replace("{clock}", reachedAt.toTimeString().slice(0, 5));
  note.hidden = false;
  document.body.classList.add("away");
}

document.body.addEventListener("htmx:afterRequest", (event) => {
  const status = event.detail.xhr.status;
  if (status === 0 || status >= 500) return showOffline();
  reachedAt = new Date();
  document.querySelector(".offline").hidden = true;
  document.body.classList.remove("away");
  updateTimes();
});

// An explanation that is being read stays open when the values around it are renewed.
let opened = [];

document.body.addEventListener("htmx:beforeSwap", () => {
  opened = [...document.querySelectorAll("details[open]")].map((details) => details.id);
});

document.body.addEventListener("htmx:afterSwap", () => {
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
});

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) document.body.dispatchEvent(new Event("visible-again"));
});

setInterval(updateTimes, 10000);
updateTimes();
