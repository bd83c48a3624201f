/** Everything that can end in front of the visitor, by name. `words/errors.ts` has a person's words for each. */
export type FaultCode =
  // the file
  | "file-empty"
  | "file-unknown"
  | "photo-unreadable"
  | "photo-too-large"
  | "file-damaged"
  | "file-no-video"
  | "file-unreadable"
  | "file-protected"
  | "decoder-missing"
  | "decoder-left-out"
  | "codec-unsupported"
  | "decode-failed"
  | "decode-stalled"
  | "link-foreign"
  | "link-missing"
  // what the browser gives
  | "browser-too-old"
  | "encoder-missing"
  | "encode-failed"
  | "storage-full"
  | "storage-cleared"
  | "own-file"
  | "file-other"
  | "run-taken"
  | "page-incomplete"
  | "worker-failed"
  // the engine
  | "webgpu-missing"
  | "device-lost"
  | "weights-missing"
  | "weights-altered"
  | "weights-unreadable"
  | "frame-size"
  | "processing-size"
  | "out-of-memory"
  | "engine"
  // the visitor
  | "cancelled";

/** A named error. The message is for a developer; the visitor reads the words that `words/errors.ts` has for the code. */
export class Fault extends Error {
  constructor(
    readonly code: FaultCode,
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
    this.name = "Fault";
  }
}

/** The text of anything that was thrown. */
export function textOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  return typeof error === "string" ? error : JSON.stringify(error);
}

/** Gives an error of unknown origin its name; one that has a name already keeps it. */
export function named(error: unknown, code: FaultCode): Fault {
  if (error instanceof Fault) return error;
  if (error instanceof DOMException && error.name === "AbortError") return new Fault("cancelled", "cancelled", error);
  if (error instanceof DOMException && error.name === "QuotaExceededError") {
    return new Fault("storage-full", error.message, error);
  }
  if (error instanceof DOMException && error.name === "NotReadableError") {
    return new Fault("file-unreadable", error.message, error);
  }
  return new Fault(code, textOf(error), error);
}

/** Throws the fault `cancelled` once the visitor has cancelled. */
export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new Fault("cancelled", "cancelled");
}
