// From a bare board to its files, over Web Serial. Espressif's flasher is loaded only when
// somebody flashes; nothing comes from elsewhere.
import { md5 } from "./md5.js";
import { NoAnswer, hex, putFiles } from "./repl.js";

const section = document.getElementById("flash");
const find = (selector) => section.querySelector(selector);
const progress = find("progress"), says = find("#flash-says");
const image = find("#image"), writeImage = find("#write-image"), writeFiles = find("#write-files");

const MAGIC = 0xe9; // begins every image of Espressif's chips
const FIRST_PART_AT = 8; // where the header says which memory the first part is for
const CODE = [0x40100000, 0x4010ffff], DATA = [0x3ffe8000, 0x3fffffff]; // an ESP8266's RAM
const LENGTH_AT = 0x8ffc; // where MicroPython puts its length; its MD5 stands behind the rest
const SMALLEST = 0x9000, LARGEST = 4 << 20; // bytes of an image with MicroPython in it
const BAUD = 115200; // every cable can do it

const NO_SERIAL = "This browser cannot reach a board over USB. Chrome and Edge on a computer can."
  + " Or use the commands below.";
const NO_HTTPS = "Browsers reach a board over USB only from https:// pages and from localhost."
  + " On the computer that runs this server open http://localhost"
  + `${location.port ? `:${location.port}` : ""} in Chrome or Edge, or use the commands below.`;

class Problem extends Error {}

function say(text, isTrouble = false) {
  says.textContent = text;
  says.classList.toggle("trouble", isTrouble);
}

function show(done, total) {
  progress.hidden = false;
  progress.value = Math.round((100 * done) / total);
}

function explained(error) {
  if (error instanceof Problem) return error.message;
  if (error instanceof NoAnswer) {
    return "No MicroPython answers. Press the board's reset button and try again;"
      + " a new board needs MicroPython first.";
  }
  if (error.name === "NotFoundError") return "No port was chosen.";
  if (error.name === "InvalidStateError" || error.name === "NetworkError") {
    return "The port cannot be opened. Close serial monitors and other tabs that use it, look"
      + " at the cable, then try again.";
  }
  return `${error.message || error}. Look at the cable, press reset and try again.`;
}

async function guarded(work) {
  const before = [writeImage.disabled, writeFiles.disabled];
  writeImage.disabled = writeFiles.disabled = true;
  try {
    await work();
  } catch (error) {
    say(explained(error), true);
  } finally {
    [writeImage.disabled, writeFiles.disabled] = before;
    progress.hidden = true;
  }
}

// --- MicroPython ---------------------------------------------------------------------

async function checkedImage(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes[0] !== MAGIC || bytes.length < SMALLEST || bytes.length > LARGEST) {
    throw new Problem(`${file.name} is no MicroPython for a board: take the .bin file.`);
  }
  const view = new DataView(bytes.buffer);
  const address = view.getUint32(FIRST_PART_AT, true);
  if (![CODE, DATA].some(([first, last]) => first <= address && address <= last)) {
    throw new Problem(`${file.name} is for another chip: take the file for the ESP8266.`);
  }
  const length = view.getUint32(LENGTH_AT, true);
  // The first four bytes say what flash there is, which flashing tools adjust.
  if (md5(bytes.subarray(4, length)) !== hex(bytes.subarray(length, length + 16))) {
    throw new Problem(`${file.name} is no MicroPython for the ESP8266, or did not arrive whole.`
      + " Fetch it anew.");
  }
  return bytes;
}

async function flash(bytes) {
  const port = await navigator.serial.requestPort();
  say("Looking for the board…");
  const { ESPLoader, Transport } = await import(section.dataset.esptool);
  const transport = new Transport(port);
  try {
    const loader = new ESPLoader({ transport, baudrate: BAUD, romBaudrate: BAUD });
    await loader.main().catch((error) => {
      if (error instanceof DOMException) throw error;
      throw new Problem("No ESP8266 answers. Hold its FLASH button (GPIO 0) while you press"
        + " reset, then try again; some USB cables carry no data.");
    });
    if (loader.chip.CHIP_NAME !== "ESP8266") {
      throw new Problem(`This is an ${loader.chip.CHIP_NAME}. Use esptool's command for it.`);
    }
    const mac = (await loader.chip.readMac(loader)).toLowerCase();
    say("Erasing the board…");
    await loader.writeFlash({
      fileArray: [{ data: bytes, address: 0 }],
      flashMode: "keep", flashFreq: "keep", flashSize: "detect",
      eraseAll: true, compress: true, calculateMD5Hash: md5,
      reportProgress: (_, done, total) => { show(done, total); say("Writing MicroPython…"); },
    });
    await loader.after("hard_reset");
    return mac;
  } finally {
    await transport.disconnect().catch(() => {});
  }
}

async function onWriteImage() {
  const mac = await flash(await checkedImage(image.files[0]));
  const other = mac === section.dataset.mac ? "" : ` The board's own MAC address is ${mac}; it`
    + ` will call as ${section.dataset.mac}, as this station is registered.`;
  say(`MicroPython is on the board.${other} Now put the station's files on it.`);
}

// --- the station's files ---------------------------------------------------------------

async function bundle() {
  const form = document.getElementById("bundle");
  const response = await fetch(form.action, {
    method: "POST", body: new FormData(form), headers: { Accept: "application/json" },
  });
  if (response.status !== 200 && response.status !== 400) {
    throw new Problem("The server does not give the files out. Load the page again.");
  }
  const { files, errors } = await response.json();
  if (errors) throw new Problem(`First, above: ${Object.values(errors).flat().join(" ")}`);
  return files;
}

async function onWriteFiles() {
  const files = await bundle();
  const port = await navigator.serial.requestPort();
  const total = Object.keys(files).length;
  await putFiles(port, files, (name, number) => {
    show(number, total);
    say(`Putting ${name} on the board…`);
  });
  say("The files are on the board, and it starts. Its first reading shows above.");
}

// --- the page ------------------------------------------------------------------------

if ("serial" in navigator) {
  find(".can").hidden = false;
  image.addEventListener("change", async () => {
    writeImage.disabled = true;
    say("");
    try {
      await checkedImage(image.files[0]);
      writeImage.disabled = false;
    } catch (error) {
      say(explained(error), true);
    }
  });
  writeImage.addEventListener("click", () => guarded(onWriteImage));
  writeFiles.addEventListener("click", () => guarded(onWriteFiles));
} else {
  find(".cannot").textContent = window.isSecureContext ? NO_SERIAL : NO_HTTPS;
  find(".cannot").hidden = false;
}
