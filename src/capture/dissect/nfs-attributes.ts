// Attributes of files in NFS version 3 (RFC 1813 2.6): whole, where a server gives them, and before and after a change.

import { dateText } from "./frame.ts";
import { named, uint } from "./protocol.ts";
import type { FlagBit, Reading } from "./reading.ts";
import { xdrHexHyper, xdrHyper } from "./xdr.ts";

const TYPES = new Map<number, string>([
  [1, "Regular File"],
  [2, "Directory"],
  [3, "Block Special Device"],
  [4, "Character Special Device"],
  [5, "Symbolic Link"],
  [6, "Socket"],
  [7, "Named Pipe"],
]);

const ATTRIBUTES_BYTES = 84;

/** From the highest bit of a mode on. */
const MODE_BITS: readonly FlagBit[] = [
  ["suid", "S_ISUID"],
  ["sgid", "S_ISGID"],
  ["sticky", "S_ISVTX"],
  ["rusr", "S_IRUSR"],
  ["wusr", "S_IWUSR"],
  ["xusr", "S_IXUSR"],
  ["rgrp", "S_IRGRP"],
  ["wgrp", "S_IWGRP"],
  ["xgrp", "S_IXGRP"],
  ["roth", "S_IROTH"],
  ["woth", "S_IWOTH"],
  ["xoth", "S_IXOTH"],
].map(([field, name], i) => ({ mask: 0x800 >> i, field: `nfs.mode3.${field}`, name, words: ["Yes", "No"] }));

/** A file's type; answers its name. */
export function showFileTypes(reading: Reading): string {
  const type = reading.uint("nfs.type", "Type", 4, (value) => named(TYPES, value)) ?? 0;
  return TYPES.get(type) ?? "Unknown";
}

function showMode(reading: Reading): void {
  const mode = reading.peek(4);
  if (mode === null) return;
  const set = MODE_BITS.filter(({ mask }) => (mode & mask) !== 0).map(({ name }) => name);
  const label = `Mode: ${[octal(mode), ...set].join(", ")}`;
  const showBits = (): void => {
    for (const bit of MODE_BITS) reading.flag(4, bit);
    reading.skip(4);
  };
  reading.group("nfs.mode3", label, showBits, mode);
}

function octal(mode: number): string {
  return `0${mode.toString(8).padStart(3, "0")}`;
}

/** What a file is in a few words; empty where its attributes are not all there. */
function summary({ d, at }: Reading): string {
  const [type, mode, uid, gid] = [0, 4, 12, 16].map((offset) => uint(d.bytes, at + offset, 4));
  return `  ${TYPES.get(type) ?? "Unknown"} mode: ${octal(mode)} uid: ${uid} gid: ${gid}`;
}

/** Attributes that are there; answers them in a few words. */
export function showAttributes(reading: Reading, name: string): string {
  if (!reading.has(ATTRIBUTES_BYTES)) return "";
  const text = summary(reading);
  reading.group(null, `${name}${text}`, () => {
    reading.uint("nfs.fattr3.type", "Type", 4, (value) => named(TYPES, value));
    showMode(reading);
    reading.uint("nfs.fattr3.nlink", "nlink", 4);
    reading.uint("nfs.fattr3.uid", "uid", 4);
    reading.uint("nfs.fattr3.gid", "gid", 4);
    xdrHyper(reading, "nfs.fattr3.size", "size");
    xdrHyper(reading, "nfs.fattr3.used", "used");
    const { d, at } = reading;
    const device = `rdev: ${uint(d.bytes, at, 4)},${uint(d.bytes, at + 4, 4)}`;
    reading.group(null, device, () => {
      reading.uint("nfs.specdata1", "specdata1", 4);
      reading.uint("nfs.specdata2", "specdata2", 4);
    });
    xdrHexHyper(reading, "nfs.fattr3.fsid", "fsid");
    xdrHyper(reading, "nfs.fattr3.fileid", "fileid");
    for (const time of ["atime", "mtime", "ctime"]) showTime(reading, time);
  });
  return text;
}

function showTime(reading: Reading, name: string): void {
  if (!reading.has(8)) return;
  const { d, at } = reading;
  const date = dateText(uint(d.bytes, at, 4), uint(d.bytes, at + 4, 4));
  const showParts = (): void => {
    reading.uint(`nfs.${name}.sec`, "seconds", 4);
    reading.uint(`nfs.${name}.nsec`, "nano seconds", 4);
  };
  reading.group(`nfs.${name}`, `${name}: ${date}`, showParts, date);
}

/** Whether attributes follow. */
function follows(reading: Reading): boolean {
  const text = (value: number): string => `${value === 0 ? "no value" : "value follows"} (${value})`;
  return (reading.uint("nfs.attributes_follow", "attributes_follow", 4, text) ?? 0) !== 0;
}

/** Attributes that a server may give. */
export function showOptionalAttributes(reading: Reading, name: string): void {
  const isThere = reading.peek(4);
  const isWhole = isThere !== null && isThere !== 0 && reading.left >= 4 + ATTRIBUTES_BYTES;
  reading.group(null, name, (node) => {
    if (!follows(reading)) return;
    const text = showAttributes(reading, "attributes");
    if (isWhole && !reading.d.isForColumns) node.label = `${name}${text}`;
  });
}

/** Attributes before and after a change, as far as a server gives them. */
export function showChange(reading: Reading, name: string): void {
  reading.group(null, name, () => {
    reading.group(null, "before", () => {
      if (!follows(reading)) return;
      reading.group(null, "attributes", () => {
        xdrHyper(reading, "nfs.wcc_attr.size", "size");
        showTime(reading, "mtime");
        showTime(reading, "ctime");
      });
    });
    showOptionalAttributes(reading, "after");
  });
}
