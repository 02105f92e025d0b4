// MD5 (RFC 1321), against damage on the way only: browsers' own crypto leaves it out, and
// it is what a board's boot loader computes of its flash.

const SHIFTS = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
const SINES = Uint32Array.from({ length: 64 }, (_, i) => 2 ** 32 * Math.abs(Math.sin(i + 1)));
const START = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];

const rotated = (value, by) => (value << by) | (value >>> (32 - by));

const MIXES = [
  (b, c, d, i) => [(b & c) | (~b & d), i],
  (b, c, d, i) => [(d & b) | (~d & c), (5 * i + 1) % 16],
  (b, c, d, i) => [b ^ c ^ d, (3 * i + 5) % 16],
  (b, c, d, i) => [c ^ (b | ~d), (7 * i) % 16],
];

function padded(bytes) {
  const whole = new Uint8Array(((bytes.length + 8) >> 6 << 6) + 64);
  whole.set(bytes);
  whole[bytes.length] = 0x80;
  const view = new DataView(whole.buffer);
  view.setUint32(whole.length - 8, bytes.length << 3, true);
  view.setUint32(whole.length - 4, bytes.length >>> 29, true);
  return view;
}

function digested(state, view, at) {
  let [a, b, c, d] = state;
  for (let i = 0; i < 64; i += 1) {
    const round = i >> 4;
    const [mixed, word] = MIXES[round](b, c, d, i);
    const sum = a + mixed + SINES[i] + view.getUint32(at + 4 * word, true);
    [a, b, c, d] = [d, (b + rotated(sum | 0, SHIFTS[round][i % 4])) | 0, b, c];
  }
  return [state[0] + a, state[1] + b, state[2] + c, state[3] + d].map((value) => value | 0);
}

// Returns 32 hex digits.
export function md5(bytes) {
  const view = padded(bytes);
  let state = START;
  for (let at = 0; at < view.byteLength; at += 64) state = digested(state, view, at);
  const sum = new DataView(new ArrayBuffer(16));
  state.forEach((value, i) => sum.setInt32(4 * i, value, true));
  return Array.from(new Uint8Array(sum.buffer), (b) => b.toString(16).padStart(2, "0")).join("");
}
