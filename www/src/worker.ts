/**
 * The dedicated worker that owns the engine and the media. Requests run strictly one after the other, because an
 * async call borrows the engine until it ends; a cancellation overtakes the queue.
 */
import { Colorizer } from "./engine/colorizer";
import { named } from "./fault";
import type { Answered, Asked, Give, RequestKind, Told } from "./protocol";

const colorizer = new Colorizer();
const running = new Map<number, AbortController>();
let queue: Promise<void> = Promise.resolve();

addEventListener("message", (event: MessageEvent<Asked>) => {
  const asked = event.data;
  if (asked.kind === "cancel") return running.get(asked.id)?.abort();
  running.set(asked.id, new AbortController());
  queue = queue.then(() => serve(asked));
});

async function serve(asked: Exclude<Asked, { kind: "cancel" }>): Promise<void> {
  const { id } = asked;
  const signal = running.get(id)?.signal ?? new AbortController().signal;
  try {
    signal.throwIfAborted();
    answer({ id, kind: "given", value: await perform(asked, signal) });
  } catch (error) {
    const fault = named(error, "engine");
    answer({ id, kind: "fault", code: fault.code, message: fault.message });
  } finally {
    running.delete(id);
  }
}

function perform(asked: Exclude<Asked, { kind: "cancel" }>, signal: AbortSignal): Promise<Give<RequestKind>> {
  const tell = (value: Told<RequestKind>, pictures: ImageBitmap[] = []) =>
    answer({ id: asked.id, kind: "told", value }, pictures);
  switch (asked.kind) {
    case "open":
      return colorizer.open(asked.take, tell, signal);
    case "probe":
      return colorizer.probe(asked.take.file);
    case "preview":
      return colorizer.preview(asked.take.size, tell, signal);
    case "colorize":
      return colorizer.colorize(asked.take, tell, signal);
  }
}

function answer(message: Answered, transfer: Transferable[] = []): void {
  postMessage(message, { transfer });
}
