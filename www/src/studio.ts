import { Replaced, type Client } from "./client";
import { Fault } from "./fault";
import type { Choices } from "./choices";
import type { ClipReport, Colored, DeviceReport, Fetched, Give, ModelOffer, Progress, Take, Told, Unfinished } from "./protocol";
import { holdRun } from "./runs";

interface Listen<T> {
  signal: AbortSignal;
  told: (value: T) => void;
}

/**
 * What the page knows and a worker has to be told: the device, the weights, the clip. A worker that was replaced is
 * told again before the next job, so nobody else needs to know that it was.
 */
export class Studio {
  /** Hears about the device whenever it was opened, and about the weights while they are fetched. */
  onDevice: (report: DeviceReport) => void = () => {};
  onFetch: (told: Fetched) => void = () => {};
  /** Hears which sets of weights there are, whenever one was opened. */
  onOffers: (offers: ModelOffer[]) => void = () => {};
  #opening: Promise<void> | null = null;
  #device: DeviceReport | null = null;
  /** The generation of workers that knows the device, and the one that knows the file; no generation is -1. */
  #openedIn = -1;
  /** The set of weights that it has, and the one that is wanted. */
  #opened = "";
  #model: string;
  #heldIn = -1;
  #file: File | null = null;

  constructor(
    private readonly client: Client,
    private readonly choices: Choices,
  ) {
    this.#model = choices.preset;
  }

  /** What follows is coloured with this set of weights. */
  use(model: string): void {
    this.#model = model;
  }

  /** Opens the device and loads the weights, unless that is done; callers at the same time share one attempt. */
  async open(): Promise<void> {
    while (this.#openedIn !== this.client.generation || this.#opened !== this.#model) {
      await (this.#opening ??= this.#open().finally(() => (this.#opening = null)));
    }
  }

  async #open(): Promise<void> {
    const { device: choice, size } = this.choices;
    const model = this.#model;
    const take = { device: choice, model, size, page: document.baseURI };
    const { device, offers } = await this.client.request("open", take, { told: (value) => this.onFetch(value) });
    [this.#openedIn, this.#opened] = [this.client.generation, model];
    this.#device = device;
    this.onDevice(device);
    this.onOffers(offers);
  }

  /** Looks into a file and holds it; on a fault the earlier one stays. */
  async probe(file: File, { signal, told }: Listen<Told<"probe">>): Promise<ClipReport> {
    const report = await this.client.request("probe", { file }, { signal, told });
    this.#hold(file);
    return report;
  }

  get file(): File | null {
    return this.#file;
  }

  /** Goes back to an earlier file; the worker is told when it next needs it. */
  holdAgain(file: File | null): void {
    this.#file = file;
    this.#heldIn = -1;
  }

  /** Which of some working sizes the device holds for the clip. */
  async room(take: Take<"room">, signal: AbortSignal): Promise<number[]> {
    return (await this.#asked(signal, () => this.client.request("room", take, { signal }))).sizes;
  }

  async preview(take: Take<"preview">, { signal, told }: Listen<Told<"preview">>): Promise<void> {
    await this.#asked(signal, () => this.client.request("preview", take, { signal, told }));
  }

  async scan(take: Take<"scan">, { signal, told }: Listen<Told<"scan">>): Promise<void> {
    await this.#asked(signal, () => this.client.request("scan", take, { signal, told }));
  }

  frame(time: number, signal: AbortSignal): Promise<Give<"frame">> {
    return this.#asked(signal, () => this.client.request("frame", { time }, { signal }));
  }

  moment(take: Take<"moment">, { signal, told }: Listen<Told<"moment">>): Promise<Give<"moment">> {
    return this.#asked(signal, () => this.client.request("moment", take, { signal, told }));
  }

  likely(take: Take<"likely">, signal: AbortSignal): Promise<Give<"likely">> {
    return this.#asked(signal, () => this.client.request("likely", take, { signal }));
  }

  suggest(take: Take<"suggest">, signal: AbortSignal): Promise<Give<"suggest">> {
    return this.#asked(signal, () => this.client.request("suggest", take, { signal }));
  }

  follow(take: Take<"follow">, signal: AbortSignal): Promise<Give<"follow">> {
    return this.#asked(signal, () => this.client.request("follow", take, { signal }));
  }

  /** Colours what is held. */
  async colorize(take: Take<"colorize">, { signal, told }: Listen<Progress>): Promise<Colored> {
    await hold(take.run);
    this.use(take.options.model);
    return this.#asked(signal, async () => {
      await this.#complete(signal);
      return this.client.request("colorize", take, { signal, told });
    });
  }

  /** What tabs that are gone have left. */
  left(): Promise<Give<"left">> {
    return this.client.request("left", {});
  }

  /** What is kept of a run of this tab. */
  kept(run: string): Promise<Unfinished | null> {
    return this.client.request("kept", { run });
  }

  /** What is kept of a run, as a file. */
  async salvage(run: string): Promise<File> {
    await hold(run);
    return this.client.request("salvage", { run });
  }

  /** The visitor has the result of a run. */
  async saved(run: string): Promise<void> {
    await hold(run);
    await this.client.request("saved", { run });
  }

  async forget(run: string): Promise<void> {
    await hold(run);
    await this.client.request("forget", { run });
  }

  /** Stops the run where it is, or lets it go on. */
  pause(paused: boolean): void {
    this.client.pause("colorize", paused);
  }

  /** The weights that only a run needs have been on their way since the device was opened. */
  async #complete(signal: AbortSignal): Promise<void> {
    await this.client.request("complete", {}, { signal, told: (value) => this.onFetch(value) });
    if (this.#device) this.onDevice(this.#device);
  }

  /** Asks a worker that knows what it has to; once more where that worker was replaced for another job's sake. */
  async #asked<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        await this.#ready(signal);
        return await ask();
      } catch (error) {
        if (!(error instanceof Replaced)) throw error;
      }
    }
  }

  async #ready(signal: AbortSignal): Promise<void> {
    await this.open();
    if (this.#file && this.#heldIn !== this.client.generation) await this.probe(this.#file, { signal, told: () => {} });
  }

  #hold(file: File): void {
    this.#file = file;
    this.#heldIn = this.client.generation;
  }
}

async function hold(run: string): Promise<void> {
  if (!(await holdRun(run))) throw new Fault("run-taken", "another tab holds it");
}
