// SSH (RFC 4253): the version lines, the packets before keys are there, and how long what is encrypted is.

import { latin1, messageColumns, PDU, protocolNode, uint } from "./protocol.ts";
import type { PduScan, ShownPdu, StreamAbove, StreamDissector } from "./protocol.ts";
import { chooseAlgorithms, MESSAGE, readOffer, showSshPacket } from "./ssh-messages.ts";
import type { Algorithms, Offer } from "./ssh-messages.ts";
import type { Dissection } from "./tree.ts";

const TITLE = "SSH Protocol";
const SSH_PORT = 22;

/** A version line with its end (RFC 4253 4.2); lines before it are as long as they like, and not looked at further. */
const LINE_MAX = 1024;
/** What implementations must take is 35,000 bytes (RFC 4253 6.1); some send more. */
const PACKET_LENGTH_MAX = 256 * 1024;
const LENGTH_SIZE = 4;

type Kind = "line" | "packet" | "encrypted";

/** One direction: what has come of it. */
interface Side {
  /** What comes next. */
  next: Kind;
  packets: number;
  offer: Offer | null;
}

/** What is known of a message beyond its bytes. */
interface Facts {
  readonly kind: Kind;
  /** Sequence number (RFC 4253 6.4) of a packet. */
  readonly number: number;
  readonly version: string;
}

/** Whether a stream begins with a version line's beginning. */
export function looksLikeSsh({ bytes, origin, end }: PduScan): boolean {
  return end - origin >= 6 && bytes[origin] === 0x53 && /^SSH-[12]\./.test(latin1(bytes, origin, origin + 6));
}

export class SshStream implements StreamDissector {
  readonly layers = ["ssh"];
  readonly isLayerOfBeginning = true;
  readonly title = TITLE;
  readonly #server: 0 | 1;
  readonly #sides: readonly [Side, Side] = [newSide(), newSide()];
  /** Of messages that are not encrypted: there are few. */
  readonly #facts = new Map<number, Facts>();
  /** As the Protocol column has it, once the client's version is known. */
  #version = "SSH";
  #algorithms: Algorithms | null = null;

  constructor({ sourcePort, destinationPort }: StreamAbove) {
    this.#server = sourcePort === SSH_PORT && destinationPort !== SSH_PORT ? 0 : 1;
  }

  get cost(): number {
    return 1000 + this.#facts.size * 100;
  }

  pduLength(scan: PduScan, direction: 0 | 1): number {
    const { bytes, origin, end } = scan;
    const side = this.#sides[direction];
    if (side.next === "line") {
      const feed = bytes.indexOf(10, Math.max(origin + scan.passed, 0));
      if (feed !== -1 && feed < end) return feed + 1 - origin;
      if (isText(bytes, origin, end) && end - origin < LINE_MAX) return PDU.more;
      // A capture that begins later.
      side.next = isPacket(bytes, origin, end) ? "packet" : "encrypted";
    }
    if (side.next === "packet") {
      if (end - origin < LENGTH_SIZE + 2) return PDU.more;
      if (isPacket(bytes, origin, end)) return LENGTH_SIZE + uint(bytes, origin, LENGTH_SIZE);
      side.next = "encrypted";
    }
    // Of what is encrypted, mostly the length too: a segment is all there is to go by.
    return end - origin;
  }

  completed(pdu: number, _row: number, direction: 0 | 1, read: (max: number) => Uint8Array): void {
    const side = this.#sides[direction];
    if (side.next === "encrypted") return;
    this.#facts.set(pdu, { kind: side.next, number: side.packets, version: this.#version });
    if (side.next === "line") {
      const bytes = read(8);
      const line = latin1(bytes, 0, bytes.length);
      if (!line.startsWith("SSH-")) return;
      const isTwo = line.startsWith("SSH-2") || line.startsWith("SSH-1.99");
      side.next = isTwo ? "packet" : "encrypted";
      if (direction !== this.#server) this.#version = isTwo ? "SSHv2" : "SSHv1";
      return;
    }
    side.packets++;
    const head = read(LENGTH_SIZE + 2);
    const code = head[LENGTH_SIZE + 1];
    if (code === MESSAGE.newKeys) side.next = "encrypted";
    if (code !== MESSAGE.kexInit) return;
    side.offer = readOffer(read(PACKET_LENGTH_MAX));
    const [client, server] = this.#server === 1 ? this.#sides : this.#sides.toReversed();
    this.#algorithms = chooseAlgorithms(client.offer, server.offer);
  }

  dissect(d: Dissection, start: number, end: number, shown: ShownPdu): void {
    const held = d.captured(end);
    const isServer = shown.direction === this.#server;
    const facts = this.#facts.get(shown.pdu);
    const isFirst = shown.slice.node?.field !== "ssh";
    const node = isFirst
      ? protocolNode(d, shown, this.layers, TITLE, start, 0)
      : (shown.slice.node ?? protocolNode(d, shown, this.layers, TITLE, start, 0));
    node.length = Math.max(node.length, held - node.start);
    // The direction is the layer's last line.
    if (!isFirst) node.children.pop();
    const info = this.#show(d, node.children, start, end, facts ?? null, isServer);
    const way = isServer ? "server-to-client" : "client-to-server";
    d.add(node.children, "ssh.direction", `[Direction: ${way}]`, start, 0, isServer);
    const who = isServer ? "Server" : "Client";
    messageColumns(d, facts?.version ?? this.#version, isFirst ? `${who}: ${info}` : info, ", ");
    if (held < end) d.stop("cut", TITLE, held);
  }

  #show(
    d: Dissection,
    out: Dissection["root"],
    start: number,
    end: number,
    facts: Facts | null,
    isServer: boolean,
  ): string {
    const held = d.captured(end);
    if (facts?.kind === "line") {
      const text = latin1(d.bytes, start, held).replace(/\r?\n$/, "");
      d.add(out, "ssh.protocol", `Protocol: ${text}`, start, held - start, text);
      return `Protocol (${text})`;
    }
    const version = this.#version === "SSHv1" ? 1 : 2;
    const number = facts?.number ?? null;
    return showSshPacket(d, out, { start, end, version, isServer, algorithms: this.#algorithms, number });
  }

  beginning(): string | null {
    return "";
  }
}

function newSide(): Side {
  return { next: "line", packets: 0, offer: null };
}

/** Whether [start, end) is printable, as a version line is. */
function isText(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < Math.min(end, start + 64); at++) {
    if (bytes[at] !== 13 && (bytes[at] < 32 || bytes[at] > 126)) return false;
  }
  return true;
}

/** Whether a packet that is not encrypted begins at `start`: a length, padding, and a message of key exchange or below. */
function isPacket(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < LENGTH_SIZE + 2) return false;
  const length = uint(bytes, start, LENGTH_SIZE);
  const padding = bytes[start + LENGTH_SIZE];
  const code = bytes[start + LENGTH_SIZE + 1];
  if (length < padding + 2 || length > PACKET_LENGTH_MAX || padding < 4) return false;
  return (code >= 1 && code <= 7) || (code >= MESSAGE.kexInit && code < 50);
}
