import { throwIfCancelled } from "../fault";

/** Where a job stops while it is paused, and ends once it is cancelled. */
export class Gate {
  /** Milliseconds that were spent waiting here. */
  waited = 0;
  readonly #controller = new AbortController();
  #paused = false;
  #open = () => {};

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#open();
  }

  cancel(): void {
    this.#controller.abort();
    this.resume();
  }

  /** Goes through at once, or when the job goes on; throws the fault `cancelled` once it is cancelled. */
  async pass(): Promise<void> {
    throwIfCancelled(this.signal);
    const from = performance.now();
    while (this.#paused) await new Promise<void>((open) => (this.#open = open));
    this.waited += performance.now() - from;
    throwIfCancelled(this.signal);
  }
}
