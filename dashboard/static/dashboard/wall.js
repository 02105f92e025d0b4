// A screen on a wall: dark at night, loaded anew when the server has a new version, kept awake.
"use strict";

document.body.addEventListener("htmx:afterSwap", () => {
  const fresh = document.querySelector("#cards").dataset;
  if (fresh.look !== look) location.reload();
  document.body.classList.toggle("night", fresh.night === "yes");
});

const look = document.querySelector("#cards").dataset.look;

function stayAwake() {
  // Browsers offer it on HTTPS alone; elsewhere the screen's own settings decide.
  if (!document.hidden) navigator.wakeLock?.request("screen").catch(() => {});
}

document.addEventListener("visibilitychange", stayAwake);
stayAwake();
