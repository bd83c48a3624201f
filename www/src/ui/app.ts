import type { Choices } from "../choices";
import { Fault, named } from "../fault";
import type { ClipReport, DeviceReport } from "../protocol";
import type { Studio } from "../studio";
import { Alert } from "./alert";
import { Candidates } from "./candidates";
import { DeviceChip } from "./device";
import { element } from "./element";
import { Intake } from "./intake";
import { Live } from "./live";
import { noteItem, Result } from "./result";
import { Settings } from "./settings";
import { Stage, type State } from "./stage";
import { clipWords } from "./words";

/** The page: what happens when the visitor does something, in the order in which it happens to a clip. */
export class App {
  readonly #stage = new Stage();
  readonly #alert = new Alert();
  readonly #chip = new DeviceChip();
  readonly #candidates = new Candidates();
  readonly #live = new Live();
  readonly #result = new Result();
  readonly #settings: Settings;
  readonly #intake = new Intake((files) => void this.#receive(files));
  /** The job in hand, if any. */
  #job: AbortController | null = null;
  #device: DeviceReport | null = null;

  constructor(
    private readonly studio: Studio,
    private readonly choices: Choices,
  ) {
    this.#settings = new Settings(choices, {
      onSize: () => void this.#recolorCandidates(),
      onColorize: () => void this.#colorize(),
    });
  }

  /** Connects the page and opens the device, so that it is warm when a clip comes. */
  begin(): void {
    this.studio.onDevice = (report) => this.#deviceOpened(report);
    this.studio.onFetch = (told) => this.#chip.fetching(told);
    document.addEventListener("click", (event) => this.#act(event));
    document.addEventListener("keydown", (event) => this.#key(event));
    addEventListener("beforeunload", (event) => {
      if (this.#stage.state === "coloring") event.preventDefault();
    });
    void this.#openDevice();
  }

  async #openDevice(): Promise<void> {
    this.#alert.clear();
    try {
      if (!("VideoDecoder" in window && "VideoEncoder" in window)) throw new Fault("browser-too-old", "no WebCodecs");
      await this.studio.open();
    } catch (error) {
      this.#chip.failed();
      this.#alert.show(named(error, "worker-failed"), "Nothing of yours was touched.", () => void this.#openDevice());
    }
  }

  #deviceOpened(report: DeviceReport): void {
    this.#device = report;
    this.#chip.opened(report, this.choices.device === "cpu");
    this.#settings.suit(report.kind);
  }

  async #receive(files: File[]): Promise<void> {
    const file = files[0]!;
    if (this.#stage.state === "coloring") {
      return this.#note("A clip is being coloured. Cancel it first to open another.");
    }
    this.#note(files.length > 1 ? `One clip at a time: this is ${file.name}.` : "");
    await this.#openClip(file);
  }

  /** Reads a clip and colours its opening. On a fault everything is as it was before. */
  async #openClip(file: File): Promise<void> {
    const before = { state: this.#stage.state === "reading" ? "welcome" : this.#stage.state, file: this.studio.file };
    this.#alert.clear();
    this.#stage.show("reading");
    const kept = before.file ? "Your earlier clip is still here." : "Your file is untouched.";
    const done = await this.#attempt(kept, () => this.#openClip(file), async (signal) => {
      this.#step("Reading the file…");
      const clip = await this.studio.probe(file, signal);
      this.#step("Getting the colour model ready…");
      await this.studio.open();
      this.#step("Imagining four colourings of its opening…");
      await this.#colorCandidates(signal, false);
      this.#describe(clip);
      this.#stage.show("choosing");
    });
    if (done || this.#job) return;
    this.studio.holdAgain(before.file);
    this.#stage.show(before.state as State);
  }

  /** The candidates depend on the working size. */
  async #recolorCandidates(): Promise<void> {
    this.#alert.clear();
    await this.#attempt("Your clip is still here.", () => this.#recolorCandidates(), (signal) =>
      this.#colorCandidates(signal, true));
  }

  async #colorCandidates(signal: AbortSignal, keepChoice: boolean): Promise<void> {
    this.#candidates.wait();
    const told = ({ grey, colored }: { grey: ImageBitmap; colored: ImageBitmap[] }) =>
      this.#candidates.show(grey, colored);
    const { saturations } = await this.studio.preview(this.#settings.size, { signal, told });
    this.#candidates.rate(saturations, keepChoice);
  }

  async #colorize(): Promise<void> {
    const options = {
      size: this.#settings.size,
      passes: this.#settings.passes,
      candidate: this.#candidates.chosen,
    };
    this.#alert.clear();
    this.#live.reset();
    this.#stage.show("coloring");
    const done = await this.#attempt("Your clip and your choices are still here.", () => this.#colorize(), async (signal) => {
      const colored = await this.studio.colorize(options, { signal, told: (progress) => this.#live.show(progress) });
      this.#result.show(colored, this.studio.file!, this.#device!);
      this.#stage.show("finished");
    });
    document.title = done ? "Done · Chromaflow" : "Chromaflow";
    if (!done) this.#stage.show("choosing");
  }

  /** Runs a job in place of the one in hand. A fault is explained here and nowhere else. */
  async #attempt(kept: string, again: () => void, job: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    this.#job?.abort();
    const controller = (this.#job = new AbortController());
    try {
      await job(controller.signal);
      return true;
    } catch (error) {
      const fault = named(error, "worker-failed");
      if (fault.code !== "cancelled") this.#alert.show(fault, kept, again);
      return false;
    } finally {
      if (this.#job === controller) this.#job = null;
    }
  }

  #act(event: MouseEvent): void {
    const action = (event.target as Element).closest<HTMLElement>("[data-action]")?.dataset.action;
    if (action === "pick") this.#intake.pick();
    if (action === "cancel") this.#job?.abort();
    if (action === "back") this.#stage.show("choosing");
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (this.#stage.state === "choosing" && /^[1-4]$/.test(event.key)) this.#candidates.choose(Number(event.key) - 1);
  }

  #describe(clip: ClipReport): void {
    for (const facts of document.querySelectorAll("[data-clip-facts]")) facts.textContent = clipWords(clip);
    for (const notes of document.querySelectorAll("[data-clip-notes]")) notes.replaceChildren(...clip.notes.map(noteItem));
  }

  #step(text: string): void {
    element("reading-step").textContent = text;
  }

  #note(text: string): void {
    element("notice").textContent = text;
    element("notice").hidden = text === "";
  }
}
