// Lets this browser be told. What it says stands in the page, in the viewer's language.
"use strict";

const box = document.getElementById("browser");
const note = document.getElementById("browser-note");
const button = document.getElementById("browser-switch");
const texts = box.dataset;

function say(name) {
  note.textContent = texts[name] || name;
}

function offer(name) {
  button.textContent = texts[name];
  button.dataset.does = name;
  button.hidden = false;
}

async function post(url, subscription) {
  const { endpoint, keys } = subscription.toJSON();
  const reply = await fetch(url, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "X-CSRFToken": box.querySelector("[name=csrfmiddlewaretoken]").value,
    },
    body: JSON.stringify({ endpoint, ...keys }),
  });
  if (!reply.headers.get("Content-Type").startsWith("application/json")) throw new Error();
  const answer = await reply.json();
  if (!reply.ok) throw new Error(answer.text);
}

function bytes(base64url) {
  const text = atob(base64url.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

// A subscription is for one key: one for the key of another server, or of a lost one, is of no use.
function isOurs(subscription) {
  const theirs = subscription.options?.applicationServerKey;
  return !theirs || String(new Uint8Array(theirs)) === String(bytes(texts.key));
}

async function switchOn(worker) {
  if (await Notification.requestPermission() !== "granted") return say("blocked");
  const subscription = await worker.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: bytes(texts.key),
  });
  await post(texts.subscribe, subscription);
  say("isOn");
  offer("switchOff");
}

async function switchOff(worker) {
  const subscription = await worker.pushManager.getSubscription();
  if (subscription) {
    await post(texts.unsubscribe, subscription);
    await subscription.unsubscribe();
  }
  say("isOff");
  offer("switchOn");
}

async function show(worker) {
  let subscription = await worker.pushManager.getSubscription();
  if (subscription && !isOurs(subscription)) {
    await subscription.unsubscribe();
    subscription = null;
  }
  if (Notification.permission === "denied") return say("blocked");
  if (!subscription) {
    say("isOff");
    return offer("switchOn");
  }
  await post(texts.subscribe, subscription); // the server may have forgotten it
  say("isOn");
  offer("switchOff");
}

function cannot() {
  if (!window.isSecureContext) return "needsHttps";
  const isApple = /iPhone|iPad/.test(navigator.userAgent);
  if (isApple && !navigator.standalone) return "needsHomeScreen";
  if (!("serviceWorker" in navigator && "PushManager" in window)) return "unsupported";
  return "";
}

async function start() {
  const why = cannot();
  if (why) return say(why);
  const worker = await navigator.serviceWorker.register("/service-worker.js");
  await navigator.serviceWorker.ready;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await (button.dataset.does === "switchOn" ? switchOn(worker) : switchOff(worker));
    } catch (error) {
      say(error.name === "Error" && error.message ? error.message : "failed");
    }
    button.disabled = false;
  });
  await show(worker);
}

start().catch(() => say("failed"));
