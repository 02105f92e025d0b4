"""`navigator.serial` in Chromium, led to a simulated board.

Fake because Playwright's browser is given no USB device: a page's port reads from and writes
to the pseudo-terminal of `tests.board.pty_board`. Opening, streams and closing are as the Web
Serial specification has them; a pseudo-terminal has no DTR and RTS, so those do nothing.
"""

from __future__ import annotations

import os
import select
from contextlib import suppress

from playwright.sync_api import Page

from tests.patience import PATIENCE_S

_SCRIPT = """
(() => {
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  class FakePort extends EventTarget {
    readable = null;
    writable = null;

    async open() {
      if (this.readable) throw new DOMException("The port is open.", "InvalidStateError");
      if (!await window.fakeSerialOpen()) {
        throw new DOMException("Failed to open serial port.", "NetworkError");
      }
      let isOpen = true;
      this.readable = new ReadableStream({
        async pull(controller) {
          while (isOpen) {
            const bytes = await window.fakeSerialRead();
            if (isOpen && bytes.length) return controller.enqueue(Uint8Array.from(bytes));
            await pause(2);
          }
        },
        cancel() { isOpen = false; },
      }, { highWaterMark: 0 });
      this.writable = new WritableStream({
        write: (chunk) => window.fakeSerialWrite(Array.from(chunk)),
      });
    }

    async close() {
      if (this.readable.locked || this.writable.locked) throw new TypeError("A stream is locked.");
      await this.readable.cancel();
      this.readable = this.writable = null;
      await window.fakeSerialClose();
    }

    getInfo() { return { usbVendorId: 0x1a86, usbProductId: 0x7523 }; }
    async setSignals() {}
    async getSignals() { return {}; }
  }

  const serial = new EventTarget();
  const port = new FakePort();
  serial.requestPort = async () => port;
  serial.getPorts = async () => [port];
  Object.defineProperty(navigator, "serial", { value: serial });
})();
"""


class FakeSerial:
    """Lead a page's Web Serial to the pseudo-terminal `port`. Call it before the page loads."""

    def __init__(self, page: Page, port: str) -> None:
        self.port = port
        self._handle: int | None = None
        page.expose_function("fakeSerialOpen", self._open)
        page.expose_function("fakeSerialRead", self._read)
        page.expose_function("fakeSerialWrite", self._write)
        page.expose_function("fakeSerialClose", self.close)
        page.add_init_script(_SCRIPT)

    def close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _open(self) -> bool:
        with suppress(OSError):
            self._handle = os.open(self.port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        return self._handle is not None

    def _read(self) -> list[int]:
        try:
            return list(os.read(self._handle, 4096)) if self._handle is not None else []
        except BlockingIOError:
            return []

    def _write(self, data: list[int]) -> None:
        rest = bytes(data)
        while rest and self._handle is not None:
            select.select([], [self._handle], [], PATIENCE_S)
            rest = rest[os.write(self._handle, rest) :]
