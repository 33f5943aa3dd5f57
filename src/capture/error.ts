// The error for a capture that cannot be opened at all; damage further in is a problem of the capture, not an error.

export type CaptureErrorCode =
  /** The file cannot be read: missing, a directory, no permission. */
  | "UNREADABLE"
  /** Recognised, and not a format or version wirelab reads. */
  | "UNSUPPORTED"
  /** Not a capture by its first bytes. */
  | "NOT_A_CAPTURE"
  /** Ends before its header does. */
  | "CUT_SHORT";

/** Thrown by `openCapture`; the message says what is wrong with which input. */
export class CaptureError extends Error {
  override readonly name = "CaptureError";
  readonly code: CaptureErrorCode;

  constructor(code: CaptureErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
