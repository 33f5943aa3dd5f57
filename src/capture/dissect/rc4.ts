// RC4, which old suites of TLS encrypt with and Node no longer has. Its state is plain bytes, so that what was decrypted can be again.

const SIZE = 256;

/** The state that a key begins with: a permutation of all bytes, and two places in it. */
export function rc4State(key: Uint8Array): Uint8Array {
  const state = new Uint8Array(SIZE + 2);
  for (let i = 0; i < SIZE; i++) state[i] = i;
  for (let i = 0, j = 0; i < SIZE; i++) {
    j = (j + state[i] + key[i % key.length]) & 0xff;
    swap(state, i, j);
  }
  return state;
}

/** Encrypts or decrypts `bytes`, which are the same, and moves `state` on by as many. */
export function rc4(state: Uint8Array, bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length);
  let i = state[SIZE];
  let j = state[SIZE + 1];
  for (let at = 0; at < bytes.length; at++) {
    i = (i + 1) & 0xff;
    j = (j + state[i]) & 0xff;
    swap(state, i, j);
    out[at] = bytes[at] ^ state[(state[i] + state[j]) & 0xff];
  }
  state[SIZE] = i;
  state[SIZE + 1] = j;
  return out;
}

function swap(state: Uint8Array, i: number, j: number): void {
  const byte = state[i];
  state[i] = state[j];
  state[j] = byte;
}
