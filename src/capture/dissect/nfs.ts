// NFS version 3 (RFC 1813): what each procedure asks and gets. Of versions 2 and 4 only the procedures' names are known.

import { crc32 } from "node:zlib";

import { latin1, named } from "./protocol.ts";
import type { Reading } from "./reading.ts";
import type { RpcBody, RpcText } from "./rpc-programs.ts";
import { CREATE_MODES, RIGHTS, STABLE, STATUSES } from "./nfs-names.ts";
import { showAttributes, showChange, showFileTypes, showOptionalAttributes } from "./nfs-attributes.ts";
import { showList } from "./portmap.ts";
import { hexText } from "./tree.ts";
import { xdrHyper, xdrOpaque, xdrString } from "./xdr.ts";

/** Bytes of a file handle (RFC 1813 2.4). */
const HANDLE_BYTES_MAX = 64;
const VERIFIER_BYTES = 8;

const NOTHING: RpcText = { info: "", title: "" };

/** Shows the arguments or results of a procedure. */
export function showNfs(reading: Reading, { version, name, isReply }: RpcBody): RpcText {
  if (version !== 3) {
    reading.rest("Data");
    return NOTHING;
  }
  if (!isReply) {
    const info = showArguments(reading, name);
    const said = name === "ACCESS" ? info : info.replace(/^, /, " ");
    return { info, title: reading.isBroken ? "" : `, ${name} Call${said}` };
  }
  const status = reading.uint("nfs.status3", "Status", 4, (value) => named(STATUSES, value));
  if (status !== null && status !== 0) {
    const error = ` Error: ${STATUSES.get(status) ?? `Unknown error: ${status}`}`;
    for (const [show, part] of FAILURES.get(name) ?? []) show(reading, part);
    return { info: error, title: `, ${name} Reply ${error}` };
  }
  const info = showResults(reading, name);
  // Names in a directory are in Info only.
  const said = name === "READDIR" ? "" : name === "ACCESS" ? info : info.replace(/^, /, " ");
  return { info, title: `, ${name} Reply${said}` };
}

/** A file handle, told by a hash of it; answers that. */
function showHandle(reading: Reading, name: string): string {
  const size = reading.peek(4);
  if (size === null || !reading.has(4 + size)) return "";
  if (size > HANDLE_BYTES_MAX) {
    reading.has(Infinity);
    return "";
  }
  const { d } = reading;
  const from = reading.at + 4;
  const hash = crc32(d.bytes.subarray(from, from + size)) >>> 0;
  reading.group(null, name, () => {
    reading.uint("nfs.fh.length", "length", 4);
    d.add(reading.out, "nfs.fh.hash", `[hash (CRC-32): ${hexText(hash, 8)}]`, from, size, hash);
    if (size > 0) reading.bytes("nfs.fhandle", "FileHandle", size);
    const fill = -size & 3;
    if (fill > 0) reading.skip(fill);
  });
  return hexText(hash, 8);
}

/** A directory and a name in it; answers both as Info has them. */
function showPlace(reading: Reading, name: string): string {
  let text = "";
  reading.group(null, name, () => {
    const directory = showHandle(reading, "dir");
    text = `${directory}/${xdrString(reading, "nfs.name", "Name") ?? ""}`;
  });
  return text;
}

function showVerifier(reading: Reading): void {
  if (!reading.has(VERIFIER_BYTES)) return;
  const { d, at } = reading;
  const bytes = d.bytes.subarray(at, at + VERIFIER_BYTES);
  d.add(reading.out, "nfs.verifier", "Verifier: Opaque Data", at, VERIFIER_BYTES, bytes);
  reading.skip(VERIFIER_BYTES);
}

/** How much a number of four bytes says it is. */
function showCount(reading: Reading, field = "nfs.count3", name = "count"): number | null {
  return reading.uint(field, name, 4);
}

function showRights(reading: Reading, field: "check" | "rights"): string {
  const value = reading.peek(4);
  if (value === null) return "";
  const name = field === "check" ? "Check access" : "Access rights (of requested)";
  const mark = field === "check" ? "?" : "";
  reading.skip(3);
  const held = RIGHTS.filter(([bit]) => (value & bit) !== 0);
  const label = `${name}: ${hexText(value & 0xff, 2)}`;
  const showBits = (): void => {
    for (const [mask, , right, end] of held) {
      const words = [`allowed${mark}`, "not allowed"] as const;
      reading.flag(1, { mask, field: `nfs.access_${end}`, name: right, words });
    }
    reading.skip(1);
  };
  reading.group(`nfs.access_${field}`, label, showBits, value & 0xff);
  return held.map(([, letters]) => letters).join(" ");
}

/** What a call asks; answers what Info says of it. */
function showArguments(reading: Reading, name: string): string {
  switch (name) {
    case "LOOKUP":
      return `, DH: ${showPlace(reading, "what")}`;
    case "REMOVE":
    case "RMDIR":
      return `, DH: ${showPlace(reading, "object")}`;
    case "MKDIR": {
      const place = showPlace(reading, "where");
      reading.rest("attributes");
      return `, DH: ${place}`;
    }
    case "CREATE":
      return showCreation(reading);
    case "SYMLINK":
      return showSymbolicLink(reading);
    case "MKNOD": {
      const place = showPlace(reading, "where");
      const type = showFileTypes(reading);
      reading.rest("data");
      return `, FH: ${place} ${type}`;
    }
    case "RENAME": {
      const from = showPlace(reading, "from");
      return `, From DH: ${from} To DH: ${showPlace(reading, "to")}`;
    }
    case "LINK": {
      const from = showHandle(reading, "file");
      return `, From DH: ${from} To DH: ${showPlace(reading, "link")}`;
    }
    default:
      return showArgumentsOfHandle(reading, name);
  }
}

/** Those that begin with a file handle. */
function showArgumentsOfHandle(reading: Reading, name: string): string {
  const handle = showHandle(reading, HANDLE_NAMES.get(name) ?? "object");
  const info = handle === "" ? "" : `, FH: ${handle}`;
  switch (name) {
    case "ACCESS":
      return `${info}, [Check: ${showRights(reading, "check")}]`;
    case "READ": {
      const offset = xdrHyper(reading, "nfs.offset3", "offset");
      return `${info} Offset: ${offset} Len: ${showCount(reading)}`;
    }
    case "WRITE":
      return `${info}${showWrite(reading)}`;
    case "READDIR":
    case "READDIRPLUS":
      xdrHyper(reading, "nfs.cookie3", "cookie");
      showVerifier(reading);
      if (name === "READDIR") showCount(reading);
      else {
        showCount(reading, "nfs.count3_dircount", "dircount");
        showCount(reading, "nfs.count3_maxcount", "maxcount");
      }
      return info;
    case "COMMIT":
      xdrHyper(reading, "nfs.offset3", "offset");
      showCount(reading);
      return info;
    case "SETATTR":
      reading.rest("new_attributes");
      return info;
    default:
      return info;
  }
}

/** What a call's file handle is called where it is not the object (RFC 1813 3.3). */
const HANDLE_NAMES = new Map<string, string>([
  ["READ", "file"],
  ["WRITE", "file"],
  ["READDIR", "dir"],
  ["READDIRPLUS", "dir"],
  ["COMMIT", "file"],
]);

function showWrite(reading: Reading): string {
  const offset = xdrHyper(reading, "nfs.offset3", "offset");
  const count = showCount(reading);
  const text = (value: number): string => named(STABLE, value);
  const stable = reading.uint("nfs.write.stable", "Stable", 4, text) ?? 0;
  xdrOpaque(reading, "nfs.data", "Data");
  return ` Offset: ${offset} Len: ${count} ${STABLE.get(stable) ?? "Unknown"}`;
}

function showCreation(reading: Reading): string {
  const place = showPlace(reading, "where");
  const text = (value: number): string => named(CREATE_MODES, value);
  const mode = reading.uint("nfs.createmode", "Create Mode", 4, text) ?? 0;
  if (mode === 2) showVerifier(reading);
  else reading.rest("obj_attributes");
  return `, DH: ${place} Mode: ${CREATE_MODES.get(mode) ?? "Unknown"}`;
}

/** Attributes that may be set: whether each is, and its bytes (RFC 1813 2.6, sattr3). */
const SETTABLE_BYTES = [4, 4, 4, 8];
const SET_TO_CLIENT_TIME = 2;

function showSymbolicLink(reading: Reading): string {
  const place = showPlace(reading, "where");
  let target = "";
  reading.group(null, "symlink", () => {
    reading.group(null, "symlink_attributes", () => {
      for (const size of SETTABLE_BYTES) {
        const isSet = reading.peek(4);
        reading.skip(isSet === 1 ? 4 + size : 4);
      }
      for (let i = 0; i < 2; i++) {
        const how = reading.peek(4);
        reading.skip(how === SET_TO_CLIENT_TIME ? 12 : 4);
      }
    });
    target = xdrString(reading, "nfs.symlink.to", "To") ?? "";
  });
  return `, From DH: ${place} To ${target}`;
}

/** What a failed call gets beside the error: attributes of what was asked for, or what changed (RFC 1813 3.3). */
const FAILURES = new Map<string, readonly (readonly [show: typeof showChange, name: string])[]>([
  ["SETATTR", [[showChange, "obj_wcc"]]],
  ["LOOKUP", [[showOptionalAttributes, "dir_attributes"]]],
  ["ACCESS", [[showOptionalAttributes, "obj_attributes"]]],
  ["READLINK", [[showOptionalAttributes, "symlink_attributes"]]],
  ["READ", [[showOptionalAttributes, "file_attributes"]]],
  ["WRITE", [[showChange, "file_wcc"]]],
  ["CREATE", [[showChange, "dir_wcc"]]],
  ["MKDIR", [[showChange, "dir_wcc"]]],
  ["SYMLINK", [[showChange, "dir_wcc"]]],
  ["MKNOD", [[showChange, "dir_wcc"]]],
  ["REMOVE", [[showChange, "dir_wcc"]]],
  ["RMDIR", [[showChange, "dir_wcc"]]],
  [
    "RENAME",
    [
      [showChange, "fromdir_wcc"],
      [showChange, "todir_wcc"],
    ],
  ],
  [
    "LINK",
    [
      [showOptionalAttributes, "file_attributes"],
      [showChange, "linkdir_wcc"],
    ],
  ],
  ["READDIR", [[showOptionalAttributes, "dir_attributes"]]],
  ["READDIRPLUS", [[showOptionalAttributes, "dir_attributes"]]],
  ["FSSTAT", [[showOptionalAttributes, "obj_attributes"]]],
  ["FSINFO", [[showOptionalAttributes, "obj_attributes"]]],
  ["PATHCONF", [[showOptionalAttributes, "obj_attributes"]]],
  ["COMMIT", [[showChange, "file_wcc"]]],
]);

/** What a call gets; answers what Info says of it. */
function showResults(reading: Reading, name: string): string {
  switch (name) {
    case "GETATTR":
      return showAttributes(reading, "obj_attributes");
    case "SETATTR":
      showChange(reading, "obj_wcc");
      return "";
    case "LOOKUP": {
      const handle = showHandle(reading, "object");
      showOptionalAttributes(reading, "obj_attributes");
      showOptionalAttributes(reading, "dir_attributes");
      return `, FH: ${handle}`;
    }
    case "ACCESS":
      showOptionalAttributes(reading, "obj_attributes");
      return `, [Allowed: ${showRights(reading, "rights")}]`;
    case "READLINK":
      showOptionalAttributes(reading, "symlink_attributes");
      return ` Path: ${xdrString(reading, "nfs.readlink.data", "Data") ?? ""}`;
    case "READ": {
      showOptionalAttributes(reading, "file_attributes");
      const count = showCount(reading);
      showTruth(reading);
      xdrOpaque(reading, "nfs.data", "Data");
      return ` Len: ${count}`;
    }
    case "WRITE": {
      showChange(reading, "file_wcc");
      const count = showCount(reading);
      const text = (value: number): string => named(STABLE, value);
      const stable = reading.uint("nfs.write.committed", "Committed", 4, text) ?? 0;
      showVerifier(reading);
      return ` Len: ${count} ${STABLE.get(stable) ?? "Unknown"}`;
    }
    case "REMOVE":
    case "RMDIR":
      showChange(reading, "dir_wcc");
      return "";
    case "RENAME":
      showChange(reading, "fromdir_wcc");
      showChange(reading, "todir_wcc");
      return "";
    case "LINK":
      showOptionalAttributes(reading, "file_attributes");
      showChange(reading, "linkdir_wcc");
      return "";
    case "READDIR":
      return showDirectory(reading);
    case "COMMIT":
      showChange(reading, "file_wcc");
      showVerifier(reading);
      return "";
    default:
      reading.rest("Data");
      return "";
  }
}

function showTruth(reading: Reading): void {
  const value = reading.peek(4);
  if (value === null) return;
  const { d, at } = reading;
  d.add(reading.out, "nfs.read.eof", `EOF: ${value === 0 ? "No" : "Yes"}`, at, 4, value !== 0);
  reading.skip(4);
}

/** Entries of a directory; answers their names. */
function showDirectory(reading: Reading): string {
  showOptionalAttributes(reading, "dir_attributes");
  showVerifier(reading);
  const names: string[] = [];
  showList(reading, () => {
    const { d, at } = reading;
    const size = reading.has(12) ? Math.max(0, reading.left - 12) : 0;
    const length =
      size === 0
        ? 0
        : Math.min(size, Number(`0x${Buffer.from(d.bytes.subarray(at + 8, at + 12)).toString("hex")}`));
    const name = latin1(d.bytes, at + 12, at + 12 + length);
    names.push(name);
    reading.group("nfs.readdir.entry", `Entry: name ${name}`, () => {
      xdrHyper(reading, "nfs.readdir.entry3.fileid", "File ID");
      xdrString(reading, "nfs.readdir.entry3.name", "Name");
      xdrHyper(reading, "nfs.readdir.entry3.cookie", "Cookie");
    });
  });
  reading.uint("nfs.readdir.eof", "EOF", 4);
  return names.map((name) => ` ${name}`).join("");
}
