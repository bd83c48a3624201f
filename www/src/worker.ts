/**
 * The dedicated worker that owns the engine and the media. Requests run strictly one after the other, because an
 * async call borrows the engine until it ends; pausing and cancelling overtake the queue.
 */
import { Colorizer } from "./engine/colorizer";
import { Gate } from "./engine/gate";
import { engineFault } from "./engine/session";
import { forget, keptOf, listLeft, markSaved, salvage } from "./engine/unfinished";
import { named, throwIfCancelled } from "./fault";
import { ALIVE, type Answered, type Asked, type Give, type RequestKind, type Told } from "./protocol";

/** The page hears this often that the worker is alive, unless the engine keeps it from that. */
const ALIVE_EVERY_MS = 2000;

type Request = Extract<Asked, { take: unknown }>;

const running = new Map<number, Gate>();
let queue: Promise<void> = Promise.resolve();
const colorizer = new Colorizer((job) => {
  queue = queue.then(job);
});

void navigator.locks.request(self.name, () => {
  postMessage(ALIVE);
  setInterval(() => postMessage(ALIVE), ALIVE_EVERY_MS);
  return new Promise<never>(() => {});
});

addEventListener("message", (event: MessageEvent<Asked>) => {
  const asked = event.data;
  if (!("take" in asked)) return running.get(asked.id)?.[asked.kind]();
  running.set(asked.id, new Gate());
  queue = queue.then(() => serve(asked));
});

// A trap of the engine's program leaves the call that it happened in without an end.
addEventListener("unhandledrejection", (event) => {
  if (event.reason instanceof WebAssembly.RuntimeError) trapped(event, event.reason);
});
addEventListener("error", (event) => {
  if (event.error instanceof WebAssembly.RuntimeError) trapped(event, event.error);
});

function trapped(event: Event, error: WebAssembly.RuntimeError): void {
  const fault = engineFault(error)!;
  event.preventDefault();
  const [id] = running.keys();
  if (id !== undefined) answer({ id, kind: "fault", code: fault.code, message: fault.message });
}

async function serve(asked: Request): Promise<void> {
  const { id } = asked;
  const gate = running.get(id)!;
  try {
    throwIfCancelled(gate.signal);
    answer({ id, kind: "given", value: await perform(asked, gate) });
  } catch (error) {
    const fault = named(error, "engine");
    answer({ id, kind: "fault", code: fault.code, message: fault.message });
  } finally {
    running.delete(id);
  }
}

function perform(asked: Request, gate: Gate): Promise<Give<RequestKind>> {
  const { signal } = gate;
  const tell = (value: Told<RequestKind>, buffers: ArrayBuffer[] = []) =>
    answer({ id: asked.id, kind: "told", value }, buffers);
  switch (asked.kind) {
    case "open":
      return colorizer.open(asked.take, tell, signal);
    case "complete":
      return colorizer.complete(tell);
    case "probe":
      return colorizer.probe(asked.take.file, tell, signal);
    case "room":
      return colorizer.room(asked.take);
    case "preview":
      return colorizer.preview(asked.take, tell, signal);
    case "frame":
      return colorizer.frame(asked.take);
    case "moment":
      return colorizer.moment(asked.take, tell);
    case "likely":
      return colorizer.likely(asked.take);
    case "suggest":
      return colorizer.suggest(asked.take);
    case "follow":
      return colorizer.follow(asked.take, signal);
    case "scan":
      return colorizer.scan(asked.take, tell, signal);
    case "colorize":
      return colorizer.colorize(asked.take, tell, gate);
    case "left":
      return listLeft();
    case "kept":
      return keptOf(asked.take.run);
    case "salvage":
      return salvage(asked.take.run);
    case "saved":
      return markSaved(asked.take.run);
    case "forget":
      return forget(asked.take.run);
  }
}

function answer(message: Answered, transfer: Transferable[] = []): void {
  postMessage(message, { transfer });
}
