// Bytes as decoders meet them in Node.

/** The same bytes as a Buffer, which decoders written for Node's sockets expect. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
