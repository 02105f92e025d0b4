// MicroPython's raw REPL over Web Serial: puts files on a board and restarts it.

const INTERRUPT = "\r\x03\x03", RAW = "\r\x01", RUN = "\x04";
const RAW_PROMPT = "raw REPL; CTRL-B to exit\r\n>";
const PIECE = 256; // bytes: what a board's input buffer takes
const PAUSE_MS = 10, ANSWER_MS = 10000, GREETING_MS = 3000, TRIES = 3;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class NoAnswer extends Error {}

class Line {
  constructor(port) {
    this.reader = port.readable.getReader();
    this.writer = port.writable.getWriter();
    this.heard = "";
    this.wake = () => {};
    this.listening = this.listen();
  }

  async listen() {
    const decoder = new TextDecoder("latin1");
    try {
      for (;;) {
        const { value, done } = await this.reader.read();
        if (done) return;
        this.heard += decoder.decode(value);
        this.wake();
      }
    } catch {
      this.wake(); // the cable is out: whoever waits gives up in time
    }
  }

  async send(text) {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length; at += PIECE) {
      await this.writer.write(bytes.subarray(at, at + PIECE));
      await pause(PAUSE_MS);
    }
  }

  // Returns what comes before the marker, and forgets both.
  async until(marker, ms = ANSWER_MS) {
    const deadline = Date.now() + ms;
    for (;;) {
      const at = this.heard.indexOf(marker);
      if (at >= 0) {
        const before = this.heard.slice(0, at);
        this.heard = this.heard.slice(at + marker.length);
        return before;
      }
      const left = deadline - Date.now();
      if (left <= 0) throw new NoAnswer();
      await Promise.race([new Promise((resolve) => { this.wake = resolve; }), pause(left)]);
    }
  }

  async enterRaw() {
    for (let left = TRIES; ; left -= 1) {
      await this.send(INTERRUPT);
      this.heard = "";
      await this.send(RAW);
      try {
        await this.until(RAW_PROMPT, GREETING_MS);
        return;
      } catch (error) {
        if (left === 1) throw error;
      }
    }
  }

  async run(code) {
    await this.send(code + RUN);
    await this.until("OK");
    await this.until(RUN);
    const trouble = await this.until(RUN);
    await this.until(">");
    if (trouble) throw new Error(`The board says: ${trouble.trim().split("\n").pop()}`);
  }

  async close() {
    await this.reader.cancel().catch(() => {});
    await this.listening;
    this.reader.releaseLock();
    this.writer.releaseLock();
  }
}

const quoted = (name) => `'${name.replace(/[^\w./-]/g, "")}'`;

export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

async function makeFolder(line, name) {
  const folder = name.slice(0, name.lastIndexOf("/"));
  if (name.includes("/")) {
    await line.run(`import os\ntry:\n os.mkdir(${quoted(folder)})\nexcept OSError:\n pass`);
  }
}

async function put(line, name, text) {
  const bytes = new TextEncoder().encode(text);
  await makeFolder(line, name);
  await line.run(`from binascii import unhexlify\nf = open(${quoted(name)}, 'wb')`);
  for (let at = 0; at < bytes.length; at += PIECE) {
    await line.run(`f.write(unhexlify('${hex(bytes.subarray(at, at + PIECE))}'))`);
  }
  await line.run("f.close()");
}

// files: texts by name, in the order of uploading; onFile(name, number) comes before each.
export async function putFiles(port, files, onFile) {
  await port.open({ baudRate: 115200 });
  const line = new Line(port);
  try {
    await line.enterRaw();
    for (const [number, [name, text]] of Object.entries(files).entries()) {
      onFile(name, number);
      await put(line, name, text);
    }
    await line.send(`import machine\nmachine.reset()${RUN}`);
    await pause(PAUSE_MS);
  } finally {
    await line.close();
    await port.close();
  }
}
