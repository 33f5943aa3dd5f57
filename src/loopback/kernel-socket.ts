// A socket of the kernel: each call of the core is one non-blocking system call, its errno the answer.

import { isAny } from "../socket/address.ts";
import type { Family, InetAddress, SocketAddress, SocketType } from "../socket/address.ts";
import { NOT_READY, isFailure } from "../socket/core.ts";
import type {
  Datagram,
  Failure,
  Readiness,
  RecvFlags,
  Refusal,
  SendFlags,
  Shutdown,
  SocketCore,
} from "../socket/core.ts";
import type { OptionName, OptionValue, TcpInfo } from "../socket/options.ts";
import type { RealClock } from "./clock.ts";
import { wildcard } from "./hosts.ts";
import type { HostAddresses, InetFamily } from "./hosts.ts";
import type { MessageReader } from "./kernel-message.ts";
import { boundPort, reservePort } from "./kernel-ports.ts";
import { getOption, setOption, setSwitch, tcpInfo } from "./kernel-options.ts";
import { fixedMemory } from "./libc.ts";
import type { Libc } from "./libc.ts";
import { errnoName } from "./platform.ts";
import type { Poller } from "./poller.ts";
import { SOCKADDR_MAX, readSockaddr, writeInet, writeUnix, writeUnixUnnamed } from "./sockaddr.ts";
import type { RawAddress } from "./sockaddr.ts";
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

const name = fixedMemory(SOCKADDR_MAX);
const nameLength = new Int32Array(fixedMemory(4).buffer, 0, 1);
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
  return fd < 0 ? errnoName(libc.errno()) : adopt(run, host, fd, family, type);
}

function adopt(
  run: KernelRun,
  host: string,
  fd: number,
  family: Family,
  type: SocketType,
): KernelSocket | Failure {
  const { libc } = run;
  if (libc.platform.atomicNonBlock === 0) {
    libc.fcntl(fd, F_SETFL, libc.platform.nonBlock);
    libc.fcntl(fd, F_SETFD, FD_CLOEXEC);
  }
  if (libc.platform.noSigPipe !== null) setSwitch(libc, fd, libc.platform.noSigPipe);
  const socket = new KernelSocket(run, host, fd, family, type);
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
  #fd: number;
  #bound = false;
  /** Bound to every address, as the program sees it, and not connected. */
  #isWildcard = false;
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

  constructor(run: KernelRun, host: string, fd: number, family: Family, type: SocketType) {
    this.#run = run;
    this.#host = host;
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
    const { libc } = this.#run;
    if (address.family === "unix") {
      if (address.path === "") return this.#bindUnnamed();
      const length = this.#writeUnix(address.path);
      if (typeof length !== "number") return length;
      return this.#answer(libc.bind(this.#fd, name, length));
    }
    if (address.family !== this.family) return "EAFNOSUPPORT";
    const failure = this.#bindInet(address);
    if (failure === null) this.#isWildcard = isAny(address.address);
    return failure;
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
    const socket = adopt(this.#run, this.#host, fd, this.family, this.type);
    if (socket instanceof KernelSocket) socket.#bound = true;
    return socket;
  }

  connect(address: SocketAddress): null | Failure {
    if (address.family === "unix") return this.#connectUnix(address.path);
    const length = this.#writeTarget(address);
    if (typeof length !== "number") return length;
    const { libc } = this.#run;
    let failure = this.#answer(libc.connect(this.#fd, name, length));
    if (failure === null || failure === "EINPROGRESS") this.#isWildcard = false;
    // The first call after a non-blocking attempt has succeeded only learns that; a blocking connect had learned it already.
    if (failure === null && this.#attempted) failure = this.#answer(libc.connect(this.#fd, name, length));
    this.#attempted = failure === "EINPROGRESS" || failure === "EALREADY";
    if (failure === "EINPROGRESS") this.#target = name.slice(0, length);
    return failure;
  }

  send(bytes: Uint8Array, flags: SendFlags = {}): number | Failure {
    const bits = this.#sendBits(flags);
    if (typeof bits !== "number") return bits;
    return this.#sent(this.#run.libc.send(this.#fd, bytes, bytes.length, bits));
  }

  sendTo(bytes: Uint8Array, to: SocketAddress): number | Failure {
    // A stream has one peer, and Linux ignores the address; binding for it would leave a trace.
    if (this.type === "stream" && to.family !== "unix") return this.send(bytes);
    const length = to.family === "unix" ? this.#writeUnix(to.path) : this.#writeTarget(to);
    if (typeof length !== "number") return length;
    const { libc } = this.#run;
    const bits = libc.platform.msg.noSignal;
    return this.#sent(libc.sendto(this.#fd, bytes, bytes.length, bits, name, length));
  }

  recv(max: number, flags: RecvFlags = {}): Uint8Array | Failure {
    const data = this.#run.reader.stream(this.#fd, max, this.#recvBits(flags));
    return data ?? this.#nothing(new Uint8Array());
  }

  recvFrom(max: number, flags: RecvFlags = {}): Datagram | Failure {
    const message = this.#run.reader.datagram(this.#fd, max, this.#recvBits(flags));
    if (message === null) {
      return this.#nothing({ data: new Uint8Array(), from: this.#unnamed(), truncated: false });
    }
    // recvfrom(2) leaves a stream's sender out; its peer is the only one there can be.
    const peer = this.type === "stream" ? this.peerAddress() : this.#program(message.from);
    return {
      data: message.data,
      from: isFailure(peer) ? this.#unnamed() : peer,
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
    name.set(this.#target);
    const failure = this.#answer(libc.connect(this.#fd, name, this.#target.length));
    if (failure === null) return getOption(libc, this.#fd, "SO_ERROR");
    return typeof failure === "string" ? failure : failure.code;
  }

  localAddress(): SocketAddress | Failure {
    nameLength[0] = SOCKADDR_MAX;
    if (this.#run.libc.getsockname(this.#fd, name, nameLength) !== 0)
      return errnoName(this.#run.libc.errno());
    const address = this.#program(readSockaddr(this.#run.libc.platform, name, nameLength[0]));
    return this.#isWildcard && address.family !== "unix" ? wildcard(address.family, address.port) : address;
  }

  peerAddress(): SocketAddress | Failure {
    nameLength[0] = SOCKADDR_MAX;
    if (this.#run.libc.getpeername(this.#fd, name, nameLength) !== 0)
      return errnoName(this.#run.libc.errno());
    return this.#program(readSockaddr(this.#run.libc.platform, name, nameLength[0]));
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

  /** Binds to the host's own address, at the machine's port for a program's. */
  #bindInet(address: InetAddress): null | Failure {
    const { libc, hosts } = this.#run;
    const { family } = address;
    const real = hosts.toBind(this.#host, address);
    if (isFailure(real)) return real;
    // A port asked for by number stays the socket's when its connection is over, so the machine's is asked for by number, too.
    const port = address.port === 0 ? 0 : this.#realPort(this.#host, family, address.port);
    const length = writeInet(libc.platform, name, family, real.address, port);
    const failure = this.#answer(libc.bind(this.#fd, name, length));
    if (failure !== null) return failure;
    this.#bound = true;
    if (hosts.isMapped(family))
      hosts.map(this.#host, family, this.type, address.port, boundPort(libc, this.#fd));
    return null;
  }

  /** The machine's port for a host's, a new one when nobody has asked for it yet. */
  #realPort(host: string, family: InetFamily, port: number): number {
    const { libc, hosts } = this.#run;
    const known = hosts.realPort(host, family, this.type, port);
    return known ?? reservePort(libc, hosts, host, family, this.type, port);
  }

  /** Gives a socket without an address its host's, so that the other end sees who calls. */
  #bindOwn(family: InetFamily): null | Failure {
    const { libc, hosts } = this.#run;
    if (this.#bound || !hosts.shared) return null;
    const { bindAddressNoPort } = libc.platform;
    if (this.type === "stream" && bindAddressNoPort !== null && !hosts.isMapped(family)) {
      setSwitch(libc, this.#fd, bindAddressNoPort);
    }
    const failure = this.#bindInet(wildcard(family, 0));
    // A socket already connected or listening has its address: what is wrong, the call itself says.
    if (failure !== null && failure !== "EINVAL") return failure;
    this.#isWildcard = this.type === "dgram";
    return null;
  }

  /** Writes the sockaddr that reaches `address` and answers its length. */
  #writeTarget(address: InetAddress): number | Failure {
    const { family } = address;
    if (family !== this.family) return "EAFNOSUPPORT";
    const { libc, hosts } = this.#run;
    const real = hosts.toReach(this.#host, address);
    if (isFailure(real)) return real;
    const failure = this.#bindOwn(family);
    if (failure !== null) return failure;
    let { port } = address;
    if (real.host !== null && port !== 0) {
      port = this.#realPort(real.host, family, port);
    }
    return writeInet(libc.platform, name, family, real.address, port);
  }

  #writeUnix(path: string): number | Failure {
    if (this.family !== "unix") return "EAFNOSUPPORT";
    const found = this.#run.paths.toFile(this.#host, path);
    if (!("file" in found)) return found;
    return writeUnix(this.#run.libc.platform, name, found.file) ?? "EINVAL";
  }

  /** Lets the kernel choose an abstract name, as Linux does for an empty path. */
  #bindUnnamed(): null | Failure {
    const { libc, paths } = this.#run;
    if (this.family !== "unix") return "EAFNOSUPPORT";
    const before = this.localAddress();
    const failure = this.#answer(libc.bind(this.#fd, name, writeUnixUnnamed(libc.platform, name)));
    if (failure !== null) return failure;
    // A socket that has a name keeps it.
    const given = this.localAddress();
    const isNew = !isFailure(before) && before.family === "unix" && before.path === "";
    if (isNew && !isFailure(given) && given.family === "unix") paths.adopt(this.#host, given.path);
    return null;
  }

  #connectUnix(path: string, delayMs: number = RETRY_FIRST_MS): null | Failure {
    const length = this.#writeUnix(path);
    if (typeof length !== "number") return length;
    const failure = this.#answer(this.#run.libc.connect(this.#fd, name, length));
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

  #program(raw: RawAddress): SocketAddress {
    if (raw.family === "unix") {
      if (this.family !== "unix") return this.#unnamed();
      return { family: "unix", path: raw.address === "" ? "" : this.#run.paths.toPath(raw.address) };
    }
    return this.#run.hosts.toProgram(raw.family, this.type, raw.address, raw.port);
  }

  #unnamed(): SocketAddress {
    return this.family === "unix" ? { family: "unix", path: "" } : wildcard(this.family, 0);
  }
}
