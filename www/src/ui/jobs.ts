import { named, type FaultCode } from "../fault";
import { Alert } from "./alert";

/** What is said of a job that fails, beside the fault. */
export interface Circumstances {
  /** The name of the file that the job is about; none where it is about no file. */
  file?: string;
  /** What of the visitor's is then still there. */
  kept: string | (() => string);
  /** Does the job once more. */
  again: () => void;
}

/** The page does one thing at a time. A new job takes the place of the one in hand, and a fault is explained here and nowhere else. */
export class Jobs {
  readonly #alert = new Alert();
  #inHand: AbortController | null = null;

  /** `onNoMemory`: the device had no room for a job. */
  constructor(private readonly onNoMemory: () => void) {}

  get busy(): boolean {
    return this.#inHand !== null;
  }

  /** What went wrong last, in a few words, for as long as it is explained on the page; null otherwise. */
  get trouble(): string | null {
    return this.#alert.shown ? this.#alert.title : null;
  }

  /** The earlier trouble is over. */
  clear(): void {
    this.#alert.clear();
  }

  cancel(): void {
    this.#inHand?.abort();
  }

  /** Runs a job in place of the one in hand. Gives whether it came to its end. */
  async run(circumstances: Circumstances, job: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    this.cancel();
    const controller = (this.#inHand = new AbortController());
    try {
      await job(controller.signal);
      return true;
    } catch (error) {
      this.explain(error, "worker-failed", circumstances);
      return false;
    } finally {
      if (this.#inHand === controller) this.#inHand = null;
    }
  }

  /** Explains what was thrown; `code` names it where it has no name. What the visitor cancelled needs no words. */
  explain(error: unknown, code: FaultCode, { file, kept, again }: Circumstances): void {
    const fault = named(error, code);
    if (fault.code === "out-of-memory") this.onNoMemory();
    if (fault.code !== "cancelled") this.#alert.show(fault, file ?? null, typeof kept === "string" ? kept : kept(), again);
  }
}
