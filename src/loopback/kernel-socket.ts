// A socket of the kernel: each call of the core is one non-blocking system call, its errno the answer.

import type { Family, SocketAddress, SocketType } from "../socket/address.ts";
import { NOT_READY, isFailure } from "../socket/core.ts";
import type {
  Datagram,
  Failure,
  Readiness,
  RecvFlags,
  Refusal,
  SendFlags,
  SendToFlags,
  Shutdown,
  SocketCore,
} from "../socket/core.ts";
import type { OptionName, OptionValue, TcpInfo } from "../socket/options.ts";
import type { RealClock } from "./clock.ts";
import type { HostAddresses } from "./hosts.ts";
import type { MessageReader } from "./kernel-message.ts";
import { KernelName, sockaddr } from "./kernel-name.ts";
import { getOption, setOption, setSwitch, tcpInfo } from "./kernel-options.ts";
import { fixedMemory } from "./libc.ts";
import type { Libc } from "./libc.ts";
import { errnoName } from "./platform.ts";
import type { Poller } from "./poller.ts";
import type { UnixPaths } from "./unix-paths.ts";

/** What the sockets of one run share. */
export interface KernelRun {
  readonly libc: Libc;
  readonly poller: Pick<Poller, "watch" | "forget">;
  readonly clock: Pick<RealClock, "nudge" | "after">;
  readonly hosts: HostAddresses;
  /** Makes the call in the network namespace of `host`, where hosts have their own. */
  within(host: string, call: () => number): number;
  readonly paths: UnixPaths;
  readonly reader: MessageReader;
  readonly sockets: Set<KernelSocket>;
}

const HOW: Readonly<Record<Shutdown, number>> = { read: 0, write: 1, both: 2 };
const F_SETFD = 2;
const F_SETFL = 4;
const FD_CLOEXEC = 1;
const POLLIN = 1;
const POLLPRI = 2;
const POLLOUT = 4;
const POLLERR = 8;
const POLLHUP = 16;

/** A full Unix queue tells nobody when it has room again, so it is asked: this often at first, then ever more rarely. */
const RETRY_FIRST_MS = 1;
const RETRY_LAST_MS = 50;

/** A lingering close may end this much later than its time: the kernel's timers are coarse. */
const LINGER_LATE_S = 1;

const pollMemory = fixedMemory(8);
const pollView = new DataView(pollMemory.buffer);

/** socket(2), or why not. */
export function openKernelSocket(
  run: KernelRun,
  host: string,
  family: Family,
  type: SocketType,
): KernelSocket | Failure {
  const { libc } = run;
  const { platform } = libc;
  const fd = run.within(host, () =>
    libc.socket(platform.family[family], platform.type[type] | platform.atomicNonBlock, 0),
  );
  return fd < 0 ? errnoName(libc.errno()) : adopt(run, host, fd, family, type, false);
}

function adopt(
  run: KernelRun,
  host: string,
  fd: number,
  family: Family,
  type: SocketType,
  accepted: boolean,
): KernelSocket | Failure {
  const { libc } = run;
  if (libc.platform.atomicNonBlock === 0) {
    libc.fcntl(fd, F_SETFL, libc.platform.nonBlock);
    libc.fcntl(fd, F_SETFD, FD_CLOEXEC);
  }
  if (libc.platform.noSigPipe !== null) setSwitch(libc, fd, libc.platform.noSigPipe);
  const socket = new KernelSocket(run, host, fd, family, type, accepted);
  const watchId = run.poller.watch(fd, () => socket.wake());
  if (watchId === null) {
    const code = errnoName(libc.errno());
    libc.close(fd);
    return code;
  }
  socket.watchId = watchId;
  run.sockets.add(socket);
  return socket;
}

export class KernelSocket implements SocketCore {
  readonly family: Family;
  readonly type: SocketType;
  onWake: (() => void) | null = null;
  watchId = 0;
  readonly #run: KernelRun;
  readonly #host: string;
  readonly #name: KernelName;
  #fd: number;
  /** Whether the last connect did not end at once. */
  #attempted = false;
  /** The sockaddr of that connect. */
  #target = new Uint8Array();
  #shutRead = false;
  /** close(2) has not returned yet. */
  #lingering = false;
  #retry: NodeJS.Timeout | null = null;
  /** A Unix connect that waits for room in the listener's queue, and how it ended. */
  #connecting = false;
  #connectError: OptionValue = "";

  constructor(run: KernelRun, host: string, fd: number, family: Family, type: SocketType, accepted: boolean) {
    this.#run = run;
    this.#host = host;
    this.#name = new KernelName(run, host, fd, family, type, accepted);
    this.#fd = fd;
    this.family = family;
    this.type = type;
  }

  /** Tells the layer above to try again. */
  wake(): void {
    this.onWake?.();
    this.#run.clock.nudge();
  }

  bind(address: SocketAddress): null | Failure {
    return this.#name.bind(address);
  }

  listen(backlog: number): null | Failure {
    return this.#answer(this.#run.libc.listen(this.#fd, backlog));
  }

  accept(): SocketCore | Failure {
    const { libc } = this.#run;
    const { atomicNonBlock } = libc.platform;
    const fd =
      atomicNonBlock === 0
        ? libc.accept(this.#fd, null, null)
        : libc.accept4(this.#fd, null, null, atomicNonBlock);
    if (fd < 0) {
      const code = errnoName(libc.errno());
      // As a blocking accept of a Unix socket answers; a non-blocking one does not look at the shutdown.
      return code === "EAGAIN" && this.#shutRead && this.family === "unix" ? "EINVAL" : code;
    }
    return adopt(this.#run, this.#host, fd, this.family, this.type, true);
  }

  connect(address: SocketAddress): null | Failure {
    if (address.family === "unix") return this.#connectUnix(address.path);
    const length = this.#name.target(address);
    if (typeof length !== "number") return length;
    const { libc } = this.#run;
    let failure = this.#answer(libc.connect(this.#fd, sockaddr, length));
    if (failure === null || failure === "EINPROGRESS") this.#name.connected();
    // The first call after a non-blocking attempt has succeeded only learns that; a blocking connect had learned it already.
    if (failure === null && this.#attempted) failure = this.#answer(libc.connect(this.#fd, sockaddr, length));
    this.#attempted = failure === "EINPROGRESS" || failure === "EALREADY";
    if (failure === "EINPROGRESS") this.#target = sockaddr.slice(0, length);
    return failure;
  }

  send(bytes: Uint8Array, flags: SendFlags = {}): number | Failure {
    const bits = this.#sendBits(flags);
    if (typeof bits !== "number") return bits;
    return this.#sent(this.#run.libc.send(this.#fd, bytes, bytes.length, bits));
  }

  sendTo(bytes: Uint8Array, to: SocketAddress, flags: SendToFlags = {}): number | Failure {
    if (flags.fastOpen === true && this.type === "stream" && this.family !== "unix")
      return this.#sendFast(bytes, to);
    // A stream has one peer, and Linux ignores the address; binding for it would leave a trace.
    if (this.type === "stream" && to.family !== "unix") return this.send(bytes);
    const length = this.#name.target(to);
    if (typeof length !== "number") return length;
    const { libc } = this.#run;
    const bits = libc.platform.msg.noSignal;
    return this.#sent(libc.sendto(this.#fd, bytes, bytes.length, bits, sockaddr, length));
  }

  /** MSG_FASTOPEN: it connects, and ends as a connect does, whether data has gone with the SYN or not. */
  #sendFast(bytes: Uint8Array, to: SocketAddress): number | Failure {
    const { libc } = this.#run;
    const { msg, title } = libc.platform;
    if (msg.fastOpen === 0) return { code: "ENOTSUP", why: `${title} has no MSG_FASTOPEN` };
    const length = this.#name.target(to);
    if (typeof length !== "number") return length;
    const bits = msg.noSignal | msg.fastOpen;
    const answer = this.#sent(libc.sendto(this.#fd, bytes, bytes.length, bits, sockaddr, length));
    if (typeof answer !== "number" && answer !== "EINPROGRESS") return answer;
    this.#name.connected();
    this.#attempted = true;
    this.#target = sockaddr.slice(0, length);
    return answer;
  }

  recv(max: number, flags: RecvFlags = {}): Uint8Array | Failure {
    const data = this.#run.reader.stream(this.#fd, max, this.#recvBits(flags));
    return data ?? this.#nothing(new Uint8Array());
  }

  recvFrom(max: number, flags: RecvFlags = {}): Datagram | Failure {
    const message = this.#run.reader.datagram(this.#fd, max, this.#recvBits(flags));
    if (message === null) {
      return this.#nothing({ data: new Uint8Array(), from: this.#name.nobody(), truncated: false });
    }
    // recvfrom(2) leaves a stream's sender out; its peer is the only one there can be.
    const peer = this.type === "stream" ? this.peerAddress() : this.#name.program(message.from);
    return {
      data: message.data,
      from: isFailure(peer) ? this.#name.nobody() : peer,
      truncated: message.truncated,
    };
  }

  atMark(): boolean | Failure {
    const { libc } = this.#run;
    const answer = libc.sockatmark(this.#fd);
    return answer < 0 ? errnoName(libc.errno()) : answer === 1;
  }

  shutdown(how: Shutdown): null | Failure {
    const failure = this.#answer(this.#run.libc.shutdown(this.#fd, HOW[how]));
    // Without a peer it takes effect all the same.
    if ((failure === null || failure === "ENOTCONN") && how !== "write") this.#shutRead = true;
    return failure;
  }

  close(): void | "EAGAIN" {
    if (this.#fd < 0) return this.#lingering ? "EAGAIN" : undefined;
    const { libc, clock } = this.#run;
    const fd = this.#fd;
    const lingerS = this.#lingerS();
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#run.sockets.delete(this);
    this.#run.poller.forget(this.watchId);
    this.#fd = -1;
    this.#name.forget();
    if (lingerS <= 0) {
      libc.close(fd);
      return;
    }
    // close(2) waits there, non-blocking or not: not on this thread, and a run must not take the wait for a standstill.
    this.#lingering = true;
    const cancel = clock.after((lingerS + LINGER_LATE_S) * 1e9, () => undefined);
    libc.closeLater(fd, () => {
      this.#lingering = false;
      cancel();
      this.wake();
    });
    return "EAGAIN";
  }

  /** Closes without lingering: the run is over. */
  discard(): void {
    if (this.#lingerS() > 0) this.setOption("SO_LINGER", -1);
    this.close();
  }

  /** How long close may wait, in seconds. */
  #lingerS(): number {
    if (this.type !== "stream" || this.family === "unix" || this.#fd < 0) return 0;
    const seconds = getOption(this.#run.libc, this.#fd, "SO_LINGER");
    return typeof seconds === "number" ? seconds : 0;
  }

  setOption(option: OptionName, value: OptionValue): null | Failure {
    return setOption(this.#run.libc, this.#fd, option, value);
  }

  getOption(option: OptionName): OptionValue | Refusal {
    if (option === "SO_ERROR" && this.#connectError !== "") {
      const error = this.#connectError;
      this.#connectError = "";
      return error;
    }
    if (option === "SO_ERROR" && this.#attempted) return this.#concludeAttempt();
    return getOption(this.#run.libc, this.#fd, option);
  }

  /**
   * How a non-blocking attempt ended, as SO_ERROR tells it. The kernel counts the attempt as going on until connect is called once
   * more; for programs, whose connect blocks, it is over.
   */
  #concludeAttempt(): OptionValue | Refusal {
    const { libc } = this.#run;
    const { writable, error, hangup } = this.readiness();
    if (!writable && !error && !hangup) return "";
    this.#attempted = false;
    sockaddr.set(this.#target);
    const failure = this.#answer(libc.connect(this.#fd, sockaddr, this.#target.length));
    if (failure === null) return getOption(libc, this.#fd, "SO_ERROR");
    return typeof failure === "string" ? failure : failure.code;
  }

  localAddress(): SocketAddress | Failure {
    return this.#name.local();
  }

  peerAddress(): SocketAddress | Failure {
    return this.#name.peer();
  }

  readiness(): Readiness {
    if (this.#connecting) return NOT_READY;
    pollView.setInt32(0, this.#fd, true);
    pollView.setInt16(4, POLLIN | POLLPRI | POLLOUT, true);
    pollView.setInt16(6, 0, true);
    const bits = this.#run.libc.poll(pollMemory, 1, 0) < 0 ? 0 : pollView.getInt16(6, true);
    return {
      readable: (bits & POLLIN) !== 0,
      writable: (bits & POLLOUT) !== 0,
      error: (bits & POLLERR) !== 0,
      hangup: (bits & POLLHUP) !== 0,
      urgent: (bits & POLLPRI) !== 0,
    };
  }

  info(): TcpInfo | Failure {
    if (this.type !== "stream" || this.family === "unix") return "EOPNOTSUPP";
    return tcpInfo(this.#run.libc, this.#fd);
  }

  #connectUnix(path: string, delayMs: number = RETRY_FIRST_MS): null | Failure {
    const length = this.#name.target({ family: "unix", path });
    if (typeof length !== "number") return length;
    const failure = this.#answer(this.#run.libc.connect(this.#fd, sockaddr, length));
    if (failure !== "EAGAIN") return failure;
    this.#connecting = true;
    this.#retry = setTimeout(() => {
      const outcome = this.#connectUnix(path, Math.min(delayMs * 2, RETRY_LAST_MS));
      if (outcome === "EINPROGRESS") return;
      this.#connecting = false;
      this.#connectError = typeof outcome === "string" ? outcome : "";
      this.wake();
    }, delayMs);
    return "EINPROGRESS";
  }

  #sent(taken: number): number | Failure {
    if (taken >= 0) return taken;
    const code = errnoName(this.#run.libc.errno());
    if (code === "EAGAIN" && this.family === "unix" && this.type === "dgram") {
      if (this.#retry !== null) clearTimeout(this.#retry);
      this.#retry = setTimeout(() => this.wake(), RETRY_FIRST_MS);
    }
    return code;
  }

  /**
   * Why there is nothing to read. After shutdown of reading a blocking recv of a datagram socket returns `empty`, a non-blocking
   * one EAGAIN (Linux looks at the shutdown only when it would wait); programs here are blocking ones.
   */
  #nothing<T>(empty: T): T | Failure {
    const code = errnoName(this.#run.libc.errno());
    return code === "EAGAIN" && this.#shutRead && this.type === "dgram" ? empty : code;
  }

  #sendBits(flags: SendFlags): number | Failure {
    const { msg, title } = this.#run.libc.platform;
    if (flags.more === true && msg.more === 0) return { code: "ENOTSUP", why: `${title} has no MSG_MORE` };
    return msg.noSignal | (flags.more === true ? msg.more : 0) | (flags.oob === true ? msg.oob : 0);
  }

  #recvBits(flags: RecvFlags): number {
    const { msg } = this.#run.libc.platform;
    return (flags.peek === true ? msg.peek : 0) | (flags.oob === true ? msg.oob : 0);
  }

  #answer(result: number): null | Failure {
    return result === 0 ? null : errnoName(this.#run.libc.errno());
  }
}
