import workerAddress from "./worker?worker&url";
import { Fault, type FaultCode } from "./fault";
import { ALIVE, type Answered, type Asked, type Give, type RequestKind, type Take, type Told } from "./protocol";
import { startUnderPolicy } from "./worker-under-policy";

/** After one of these the worker's memory or device cannot be trusted: the next request gets a new worker. */
const FATAL: ReadonlySet<FaultCode> = new Set<FaultCode>(["engine", "device-lost", "out-of-memory", "worker-failed"]);

/** A worker that does not answer a cancellation within this time (one frame on a slow machine) is replaced. */
const CANCEL_TIMEOUT_MS = 8000;

/** This often it is looked whether the worker has been heard of. */
const LISTEN_EVERY_MS = 5000;
/** The engine may be busy with one frame of a large clip on a slow processor for a while; what reads a file always waits for the disk. */
const TIMEOUT_MS = 300_000;
const READING_TIMEOUT_MS = 30_000;

/** A request was owed by a worker that had to be replaced for another request's sake: the next worker can be asked again. */
export class Replaced extends Fault {
  constructor() {
    super("worker-failed", "the worker was replaced because it did not stop another job in time");
  }
}

interface Pending {
  kind: RequestKind;
  /** Whether nobody waits for it any more. */
  aborted: () => boolean;
  tell: (value: never) => void;
  give: (value: never) => void;
  fail: (fault: Fault) => void;
}

/** The page's end of the bridge: one worker at a time, one promise per request. */
export class Client {
  /** Counts the workers that are gone; what they knew (device, clip) has to be told to the next one again. */
  generation = 0;
  #worker: Worker | null = null;
  /** How often in a row nothing had been heard of it. */
  #silence = 0;
  #nextId = 1;
  readonly #pending = new Map<number, Pending>();

  /**
   * Sends a request. `told` hears how far it is; aborting `signal` cancels it with the fault `cancelled`, and nothing is
   * heard of it any more.
   */
  request<K extends RequestKind>(
    kind: K,
    take: Take<K>,
    options: { signal?: AbortSignal; told?: (value: Told<K>) => void } = {},
  ): Promise<Give<K>> {
    const id = this.#nextId++;
    const worker = (this.#worker ??= this.#start());
    return new Promise<Give<K>>((give, fail) => {
      const onAbort = () => this.#cancel(id);
      const settled = () => options.signal?.removeEventListener("abort", onAbort);
      this.#pending.set(id, {
        kind,
        aborted: () => options.signal?.aborted ?? false,
        tell: (value) => options.signal?.aborted || options.told?.(value),
        give: (value) => (settled(), options.signal?.aborted ? fail(new Fault("cancelled", "came too late")) : give(value)),
        fail: (fault) => (settled(), fail(fault)),
      });
      options.signal?.addEventListener("abort", onAbort);
      worker.postMessage({ id, kind, take } as Asked);
      if (options.signal?.aborted) onAbort();
    });
  }

  /** Stops a request's work where it is, or lets it go on. */
  pause(kind: RequestKind, paused: boolean): void {
    for (const [id, pending] of this.#pending) {
      if (pending.kind === kind) this.#worker?.postMessage({ id, kind: paused ? "pause" : "resume" } satisfies Asked);
    }
  }

  #start(): Worker {
    const lock = `chromaflow worker ${crypto.randomUUID()}`;
    const worker = startUnderPolicy(new URL(workerAddress, import.meta.url), lock);
    let watched = false;
    worker.addEventListener("message", ({ data }: MessageEvent<Answered | typeof ALIVE>) => {
      this.#silence = 0;
      if (data !== ALIVE) return this.#hear(data);
      if (!watched) this.#watch(worker, lock);
      watched = true;
    });
    worker.addEventListener("error", (event) => this.#replace(() => new Fault("worker-failed", event.message)));
    return worker;
  }

  /** A worker that ends, for whatever reason, sends no event; but it lets go of the lock that it has held since it began. */
  #watch(worker: Worker, lock: string): void {
    void navigator.locks.request(lock, () => {
      clearInterval(listening);
      if (worker === this.#worker) this.#replace(() => new Fault("worker-failed", "it is gone"));
    });
    const listening = setInterval(() => this.#listen(), LISTEN_EVERY_MS);
  }

  /** One that goes round in a circle is replaced. Its silence is counted in looks, not by the clock: a computer may have slept. */
  #listen(): void {
    const [inHand] = this.#pending.values();
    const reading = inHand?.kind === "probe";
    const silent = ++this.#silence * LISTEN_EVERY_MS;
    if (!inHand) this.#silence = 0;
    else if (silent > (reading ? READING_TIMEOUT_MS : TIMEOUT_MS)) {
      this.#replace(() => new Fault(reading ? "file-damaged" : "worker-failed", `nothing was heard of the worker for ${silent / 1000} s`));
    }
  }

  #hear(answer: Answered): void {
    const pending = this.#pending.get(answer.id);
    if (!pending) return;
    if (answer.kind === "told") return pending.tell(answer.value as never);
    this.#pending.delete(answer.id);
    if (answer.kind === "given") return pending.give(answer.value as never);
    const fault = new Fault(answer.code, answer.message);
    pending.fail(fault);
    if (FATAL.has(fault.code)) this.#replace(() => fault);
  }

  #cancel(id: number): void {
    this.#worker?.postMessage({ id, kind: "cancel" } satisfies Asked);
    setTimeout(() => {
      if (this.#pending.has(id)) this.#replace(({ aborted }) => aborted() ? new Fault("cancelled", "the worker did not stop in time") : new Replaced());
    }, CANCEL_TIMEOUT_MS);
  }

  /** Ends the worker with everything it still owed. */
  #replace(faultOf: (pending: Pending) => Fault): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.generation++;
    const owed = [...this.#pending.values()];
    this.#pending.clear();
    for (const pending of owed) pending.fail(faultOf(pending));
  }
}
