import script from "@ffmpeg/core?url";
import program from "@ffmpeg/core/wasm?url";
import { Fault, throwIfCancelled } from "../../fault";
import { startUnderPolicy } from "../../worker-under-policy";
import workerAddress from "./ffmpeg?worker&url";
import type { Converted, Job, Said } from "./job";

/** The service worker looks here for the decoder's files. */
const CACHE = "chromaflow-decoder";

/** The page's folder: others on the same host may have a decoder of their own. */
const HOME = new URL("../", import.meta.url).href;

const here = (address: string) => new URL(address, import.meta.url).href;
const FILES = [here(workerAddress), here(script), here(program)] as const;

/** How far it is: null while the decoder itself is on its way, then 0 to 1. */
export type TellShare = (share: number | null) => void;

/** Has the added decoder bring a file over. `written` is there where there is no disk to write to. */
export async function convert(
  job: Omit<Job, "script" | "program">, tell: TellShare, signal: AbortSignal,
): Promise<{ converted: Converted; written: Blob | null }> {
  if (await isLeftOut()) throw new Fault("decoder-left-out", `there is no ${FILES[1]}`);
  throwIfCancelled(signal);
  const worker = startUnderPolicy(new URL(FILES[0]), "decoder");
  tell(null);
  return new Promise<{ converted: Converted; written: Blob | null }>((give, fail) => {
    signal.addEventListener("abort", () => fail(new Fault("cancelled", "cancelled")));
    worker.addEventListener("error", (event) => fail(new Fault("decoder-missing", event.message)));
    worker.addEventListener("message", ({ data }: MessageEvent<Said>) => {
      if (data.kind === "begun") void keepDecoder();
      if (data.kind === "told") tell(data.share);
      if (data.kind === "done") give(data);
      if (data.kind === "refused") fail(new Fault(data.refusal, data.message));
    });
    worker.postMessage({ ...job, script: FILES[1], program: FILES[2] } satisfies Job);
  }).finally(() => worker.terminate());
}

/** Whether the host answers and has no decoder: whoever publishes the page may leave it out. */
async function isLeftOut(): Promise<boolean> {
  const answer = await fetch(FILES[1], { method: "HEAD" }).catch(() => null); // without a network the kept one does
  return answer !== null && answer.status >= 400 && answer.status < 500;
}

/** Keeps the decoder for visits without a network, and forgets an older one. What cannot be kept is fetched again. */
async function keepDecoder(): Promise<void> {
  try {
    const cache = await caches.open(CACHE);
    for (const { url } of await cache.keys()) if (url.startsWith(HOME) && !(FILES as readonly string[]).includes(url)) await cache.delete(url);
    for (const file of FILES) if (!(await cache.match(file))) await cache.add(file);
  } catch (error) {
    console.info("The decoder for other formats is not kept:", error);
  }
}
