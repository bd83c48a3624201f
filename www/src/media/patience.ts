import { Fault, type FaultCode } from "../fault";

/** Decoders and encoders that hang give no error. Nothing that still works takes this long for one frame. */
const TIMEOUT_MS = 60_000;

/** The promise's own end, or the named fault if it does not end in time. */
export async function inTime<T>(promise: Promise<T>, code: FaultCode, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, fail) => {
    const giveUp = () => fail(new Fault(code, `${what}: nothing for ${TIMEOUT_MS / 1000} s`));
    // In two halves: an engine that has kept this thread busy for that long has kept the answer from being heard, too.
    timer = setTimeout(() => (timer = setTimeout(giveUp, TIMEOUT_MS / 2)), TIMEOUT_MS / 2);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Work that goes on beside other work: a fault in it waits for who asks for its result. */
export function begun<T>(work: Promise<T>): Promise<T> {
  work.catch(() => {});
  return work;
}
