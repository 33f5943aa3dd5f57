// The last pass of shrinking: values next to a value that are simpler, whatever made it.

/** Frames simplified: fewer of them, then each made smaller. */
export function* simplerFrames(frames: readonly unknown[]): Generator<unknown[]> {
  for (let i = 0; i < frames.length && frames.length > 1; i++) yield frames.toSpliced(i, 1);
  for (const [i, frame] of frames.entries())
    for (const simpler of simplerValue(frame, 0)) yield frames.toSpliced(i, 1, simpler);
}

/** Fewer frames only. */
export function* fewerFrames(frames: readonly unknown[]): Generator<unknown[]> {
  for (let i = 0; i < frames.length && frames.length > 1; i++) yield frames.toSpliced(i, 1);
}

function* simplerValue(value: unknown, depth: number): Generator {
  if (value instanceof Uint8Array) yield* simplerBytes(value);
  else if (typeof value === "string") yield* simplerText(value);
  else if (depth < 3 && Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) yield value.toSpliced(i, 1);
    for (const [i, item] of value.entries())
      for (const simpler of simplerValue(item, depth + 1)) yield value.toSpliced(i, 1, simpler);
  } else if (depth < 3 && isRecord(value)) {
    for (const [key, field] of Object.entries(value))
      for (const simpler of simplerValue(field, depth + 1)) yield { ...value, [key]: simpler };
  }
}

/** Half of the bytes, one byte fewer, a byte made 0. */
export function* simplerBytes(bytes: Uint8Array): Generator<Uint8Array> {
  const { length } = bytes;
  if (length > 3) {
    yield bytes.slice(0, length >> 1);
    yield bytes.slice(length >> 1);
  }
  const near = Math.min(length, 64);
  for (let i = 0; i < near; i++) yield without(bytes, i);
  for (let i = 0; i < near; i++) {
    if (bytes[i] === 0) continue;
    const simpler = bytes.slice();
    simpler[i] = 0;
    yield simpler;
  }
}

function* simplerText(text: string): Generator<string> {
  const points = Array.from(text);
  if (points.length > 3) {
    const half = points.length >> 1;
    yield points.slice(0, half).join("");
    yield points.slice(half).join("");
  }
  const near = Math.min(points.length, 64);
  for (let i = 0; i < near; i++) yield points.toSpliced(i, 1).join("");
  for (let i = 0; i < near; i++) if (points[i] > "a") yield points.toSpliced(i, 1, "a").join("");
}

function without(bytes: Uint8Array, index: number): Uint8Array {
  const rest = new Uint8Array(bytes.length - 1);
  rest.set(bytes.subarray(0, index));
  rest.set(bytes.subarray(index + 1), index);
  return rest;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === "object" && value !== null && Object.prototype.toString.call(value) === "[object Object]"
  );
}
