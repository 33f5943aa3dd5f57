// What is known of the streams of a trace beyond their packets: which protocol each speaks, where its messages begin and
// end, and what its dissectors learnt. Made stream by stream when a packet of it is shown, kept while there is room.

import { NO_STREAM, PROTOCOL } from "../../trace/packets.ts";
import type { PacketTable } from "../../trace/packets.ts";
import type { Trace } from "../../trace/trace.ts";
import { glanceAtPayload } from "../reassembly/follow.ts";
import type { Reassembly } from "../reassembly/fragments.ts";
import { StreamRows } from "../reassembly/stream-rows.ts";
import type { StreamKind } from "../reassembly/stream-rows.ts";
import { ArpUses } from "./arp-uses.ts";
import type { DecodeAs } from "./decode-as.ts";
import { EchoPairs } from "./echo-pairs.ts";
import { MiddleSegments } from "./middle-segments.ts";
import type { Taken } from "./middle-segments.ts";
import { StreamHistory } from "./stream-history.ts";
import { TcpConversation } from "./tcp-conversation.ts";
import type { TlsKeys } from "./tls-keys.ts";
import { portsTell, UdpConversation } from "./udp-conversation.ts";

/** Bytes kept of all streams of a transport together. */
const KEPT_BYTES_MAX = 96 * 1024 * 1024;

/** Rows of a stream read beyond the one shown, when answers that come later are wanted. */
const AHEAD_ROWS_MAX = 2_000;

/** Rows of the table that are looked through in the time one packet of a conversation takes. */
const ROWS_A_READ = 50;

/** Rows after which a conversation's cost is counted again. */
const UNCOUNTED_MAX = 16;

export interface ConversationsOptions {
  /** For streams some of whose packets came in fragments. */
  readonly reassembly?: Reassembly;
  /** Protocols that the user chose. */
  readonly decodeAs?: readonly DecodeAs[];
  /** Secrets with which TLS is opened; null where there can be none. */
  readonly keys?: TlsKeys | null;
  /**
   * Look at later packets of a stream for what they say of the one shown: the frame of the answer, the frame a message is complete
   * in. False by default, as tshark reads a file once.
   */
  readonly lookAhead?: boolean;
}

/** How far a stream has been read. */
interface Progress<T> {
  readonly conversation: T;
  /** The next row to read; -1 when the chain's end was reached at `last`. */
  next: number;
  last: number;
  /** Rows read since its cost was counted, and what it was then. */
  uncounted: number;
  cost: number;
  /** When it was asked for last, as `KeptConversations` counts. */
  used: number;
}

/** What is known of one stream. */
interface Conversation {
  /** Nothing more is read of it. */
  readonly isData: boolean;
  /** Bytes of memory, roughly. */
  readonly cost: number;
}

/** The conversations of one transport, each read as far as somebody asked. */
class KeptConversations<T extends Conversation> {
  readonly #table: PacketTable;
  readonly #protocol: number;
  protected readonly rows: StreamRows;
  readonly #ahead: number;
  readonly #make: (first: number, rows: StreamRows) => T;
  readonly #add: (conversation: T, row: number, to: number) => number;
  /** By stream. */
  readonly #kept: (Progress<T> | undefined)[] = [];
  #keptCount = 0;
  #lastRow = -1;
  #lastConversation: T | null = null;
  #lastStream = NO_STREAM;
  #lastProgress: Progress<T> | null = null;
  #cost = 0;
  #asked = 0;

  /** `add` tells a conversation of its next row, and may of others behind it up to `to`; it answers the last. */
  constructor(
    table: PacketTable,
    kind: StreamKind,
    ahead: number,
    make: (first: number, rows: StreamRows) => T,
    add: (conversation: T, row: number, to: number) => number,
  ) {
    this.#table = table;
    this.#protocol = kind === "tcp" ? PROTOCOL.tcp : PROTOCOL.udp;
    this.rows = new StreamRows(table, kind);
    this.#ahead = ahead;
    this.#make = make;
    this.#add = add;
  }

  /** The conversation of packet `row`, read up to it; null where the row is of none. */
  at(row: number): T | null {
    // What a packet shows is asked in several steps.
    if (row === this.#lastRow && this.#ahead === 0) return this.#lastConversation;
    const stream = this.#table.stream[row];
    if (stream === NO_STREAM || this.#table.protocol[row] !== this.#protocol) return null;
    const progress = this.#progress(stream);
    this.settle(stream, progress);
    if (progress.last < row || this.#ahead > 0) {
      this.#read(progress, row);
      this.moved(stream, progress);
    }
    this.#lastRow = row;
    this.#lastConversation = progress.conversation;
    return progress.conversation;
  }

  /** Reads on towards packet `row`, over some `most` packets; answers whether `at` has nothing more to read up to it. */
  approach(row: number, most: number): boolean {
    const stream = this.#table.stream[row];
    if (stream === NO_STREAM || this.#table.protocol[row] !== this.#protocol) return true;
    if (!this.rows.extendSome(most * ROWS_A_READ)) return false;
    const progress = this.#progress(stream);
    this.settle(stream, progress);
    if (progress.last < row) {
      this.#read(progress, row, most);
      this.moved(stream, progress);
    }
    return progress.conversation.isData || progress.next === -1 || progress.next > row;
  }

  /** Before a conversation is read further or looked at. */
  protected settle(_stream: number, _progress: Progress<T>): void {}

  /** After it was read. */
  protected moved(_stream: number, _progress: Progress<T>): void {}

  /** When it was let go of. */
  protected forgotten(_stream: number): void {}

  #progress(stream: number): Progress<T> {
    // Packets of one stream often follow each other.
    if (this.#lastProgress !== null && stream === this.#lastStream) return this.#lastProgress;
    let progress = this.#kept[stream];
    if (progress === undefined) {
      const first = this.rows.first(stream);
      progress = {
        conversation: this.#make(first, this.rows),
        next: first,
        last: -1,
        uncounted: UNCOUNTED_MAX,
        cost: 0,
        used: 0,
      };
      this.#kept[stream] = progress;
      this.#keptCount++;
    }
    progress.used = ++this.#asked;
    this.#lastStream = stream;
    this.#lastProgress = progress;
    return progress;
  }

  #read(progress: Progress<T>, row: number, most: number = Infinity): void {
    const { conversation } = progress;
    if (progress.next === -1) progress.next = this.rows.next(progress.last);
    for (let read = 0, beyond = 0; progress.next !== -1 && !conversation.isData && read < most; read++) {
      if (progress.next > row && beyond++ >= this.#ahead) break;
      const at = progress.next;
      progress.last = this.#add(conversation, at, row);
      progress.next = this.rows.next(progress.last);
      progress.uncounted++;
    }
    if (progress.uncounted >= UNCOUNTED_MAX) this.#count(progress);
  }

  #count(progress: Progress<T>): void {
    progress.uncounted = 0;
    const { cost } = progress.conversation;
    this.#cost += cost - progress.cost;
    progress.cost = cost;
    if (this.#cost > KEPT_BYTES_MAX && this.#keptCount > 1) this.#forget(progress);
  }

  /** Lets go of what was not asked for longest, until a quarter is free: looking for it costs a look at all. */
  #forget(current: Progress<T>): void {
    const kept = this.#kept.flatMap((progress, stream) =>
      progress === undefined ? [] : [{ stream, progress }],
    );
    for (const { stream, progress } of kept.toSorted((a, b) => a.progress.used - b.progress.used)) {
      if (this.#cost <= KEPT_BYTES_MAX * 0.75) return;
      if (progress === current) continue;
      this.#kept[stream] = undefined;
      this.#keptCount--;
      this.forgotten(stream);
      this.#cost -= progress.cost;
    }
  }
}

/** Those of TCP, most of whose segments need no look at their conversation. */
class KeptTcpConversations extends KeptConversations<TcpConversation> {
  readonly middles: MiddleSegments;

  constructor(trace: Trace, options: ConversationsOptions, ahead: number) {
    super(
      trace.packets,
      "tcp",
      ahead,
      (first, rows) => new TcpConversation(trace, first, options, rows),
      (conversation, row, to) => {
        conversation.add(row);
        return conversation.addMiddles(row, to);
      },
    );
    const { keys = null } = options;
    this.middles = new MiddleSegments(trace.packets, this.rows, () => keys?.mayHold() !== true);
  }

  take(row: number): Taken {
    return this.middles.take(row);
  }

  protected override settle(stream: number, progress: Progress<TcpConversation>): void {
    const last = this.middles.tell(stream, progress.conversation);
    if (last === -1) return;
    progress.last = last;
    progress.next = -1;
    progress.uncounted++;
  }

  protected override moved(stream: number, { conversation, last }: Progress<TcpConversation>): void {
    this.middles.follow(stream, conversation, last);
  }

  protected override forgotten(stream: number): void {
    this.middles.forget(stream);
  }
}

export class Conversations {
  /** Requests and replies of ping. */
  readonly echoes: EchoPairs;
  /** What went before each packet in its stream. */
  readonly tcpHistory: StreamHistory;
  readonly udpHistory: StreamHistory;
  /** Who uses which IP address. */
  readonly arpUses: ArpUses;
  readonly #packets: PacketTable;
  /** Whether the user said what some ports are. */
  readonly #hasRules: boolean;
  /** Whether datagrams and those before them say what they are: neither rules of the user's do nor later ones. */
  readonly isUnruled: boolean;
  readonly #tcp: KeptTcpConversations;
  readonly #udp: KeptConversations<UdpConversation>;

  constructor(trace: Trace, options: ConversationsOptions = {}) {
    const { packets } = trace;
    this.#packets = packets;
    this.#hasRules = options.decodeAs !== undefined && options.decodeAs.length > 0;
    const ahead = options.lookAhead === true ? AHEAD_ROWS_MAX : 0;
    this.isUnruled = !this.#hasRules && ahead === 0;
    const payload = (row: number): Uint8Array => glanceAtPayload(trace, row, options.reassembly);
    this.echoes = new EchoPairs(trace, ahead);
    this.tcpHistory = new StreamHistory(packets, "tcp");
    this.udpHistory = new StreamHistory(packets, "udp");
    this.arpUses = new ArpUses(trace);
    this.#tcp = new KeptTcpConversations(trace, options, ahead);
    this.#udp = new KeptConversations(
      packets,
      "udp",
      ahead,
      (first) => new UdpConversation(trace, first, options),
      (conversation, row) => {
        conversation.add(row, payload);
        return row;
      },
    );
  }

  /**
   * Reads on towards packet `row`, over some `most` packets of what it belongs to, where there is no time to read all of a long stream at
   * once; answers whether that is read up to it.
   */
  approach(row: number, most: number): boolean {
    return (
      this.#tcp.approach(row, most) &&
      this.#udp.approach(row, most) &&
      this.echoes.approach(row, most) &&
      this.tcpHistory.approach(row, most * ROWS_A_READ) &&
      this.udpHistory.approach(row, most * ROWS_A_READ) &&
      this.arpUses.approach(row, most)
    );
  }

  /** The conversation of TCP packet `row`, read up to it; null where the row is of none. */
  tcp(row: number): TcpConversation | null {
    return this.#tcp.at(row);
  }

  /**
   * What TCP packet `row`, which has a payload, is in the middle of, where that can be told without its conversation; to be asked of each
   * packet in turn, before the conversation is.
   */
  takeMiddle(row: number): Taken {
    return this.#tcp.take(row);
  }

  /** What `takeMiddle` goes by. */
  get middles(): MiddleSegments {
    return this.#tcp.middles;
  }

  /**
   * What was learnt of earlier datagrams that says what UDP packet `row` is: null where the row is of no stream, and where its ports say all
   * there is to say, as they do of most questions and answers.
   */
  udp(row: number): UdpConversation | null {
    const { sourcePort, destinationPort } = this.#packets;
    if (!this.#hasRules && portsTell(sourcePort[row], destinationPort[row])) return null;
    return this.#udp.at(row);
  }

  /** The conversation of UDP packet `row`, as `tcp`: what belongs to it in other packets. */
  datagrams(row: number): UdpConversation | null {
    return this.#udp.at(row);
  }
}

const known = new WeakMap<Trace, Conversations>();

/** The conversations of a trace for which nobody set any up. */
export function conversationsOf(trace: Trace): Conversations {
  let conversations = known.get(trace);
  if (conversations === undefined) known.set(trace, (conversations = new Conversations(trace)));
  return conversations;
}
