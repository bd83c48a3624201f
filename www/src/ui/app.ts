import type { Choices } from "../choices";
import { Draft } from "../draft";
import { Fault, named } from "../fault";
import { fetchLinked } from "../link";
import type { ClipReport, DeviceReport, Progress } from "../protocol";
import type { Studio } from "../studio";
import { Alert } from "./alert";
import { Batch } from "./batch";
import { Choosing } from "./choosing";
import { DeviceChip } from "./device";
import { element } from "./element";
import { Intake } from "./intake";
import { Live } from "./live";
import { noteItem, Result } from "./result";
import { Settings } from "./settings";
import { Stage, type State } from "./stage";
import { clipWords, words } from "./words";

/** The page: what happens when the visitor does something, in the order in which it happens to a clip. */
export class App {
  readonly #stage = new Stage();
  readonly #alert = new Alert();
  readonly #chip = new DeviceChip();
  readonly #live = new Live((paused) => this.studio.pause(paused));
  readonly #result = new Result();
  readonly #batch = new Batch();
  readonly #settings: Settings;
  readonly #choosing: Choosing;
  readonly #intake = new Intake((files) => void this.#receive(files));
  /** The job in hand, if any. */
  #job: AbortController | null = null;
  #device: DeviceReport | null = null;

  constructor(
    private readonly studio: Studio,
    private readonly choices: Choices,
  ) {
    this.#settings = new Settings(choices, {
      onSize: () => this.#sizeChanged(),
      onGrade: () => this.#choosing.regrade(),
      onColorize: () => void this.#colorize(),
    });
    this.#choosing = new Choosing(studio, this.#settings, (job) => this.#lookAgain(job));
  }

  /** Connects the page and opens the device, so that it is warm when a clip comes. */
  begin(): void {
    this.studio.onDevice = (report) => this.#deviceOpened(report);
    this.studio.onFetch = (told) => this.#chip.fetching(told);
    document.addEventListener("click", (event) => this.#act(event));
    document.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("keyup", (event) => {
      if (this.#stage.state === "choosing" && event.key.toLowerCase() === "g") this.#choosing.showGrey(false);
    });
    addEventListener("beforeunload", (event) => {
      if (this.#stage.state === "coloring") event.preventDefault();
    });
    void this.#openDevice();
    if (this.choices.src !== null) void this.#openLinked(this.choices.src);
  }

  /** Opens the clip that the page's address names. */
  async #openLinked(src: string): Promise<void> {
    this.#alert.clear();
    this.#stage.show("reading");
    this.#step("Fetching the clip that the address names…");
    try {
      await this.#receive([await fetchLinked(src, document.baseURI)]);
    } catch (error) {
      this.#stage.show("welcome");
      this.#alert.show(named(error, "link-missing"), "Nothing of yours was touched.", () => void this.#openLinked(src));
    }
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
    if (this.#stage.state === "coloring") {
      this.#batch.add(files);
      return this.#note(words.willWait(files.length));
    }
    this.#note("");
    this.#batch.begin(files);
    await this.#openClip(files[0]!);
  }

  /** Takes up the next of several files: with the choices of the one before, and the most colourful colouring. */
  async #next(): Promise<void> {
    const file = this.#batch.next();
    if (!file || (await this.#openClip(file, () => void this.#colorize()))) return;
    this.#batch.settle(file, this.#alert.title);
    await this.#next();
  }

  /**
   * Reads a clip, colours what shows it, and looks for its cuts. On a fault everything is as it was before. `onPicked` is
   * called once a colouring is chosen for it. Gives whether the clip came as far as to be shown.
   */
  async #openClip(file: File, onPicked?: () => void): Promise<boolean> {
    const before = { state: this.#stage.state === "reading" ? "welcome" : this.#stage.state, file: this.studio.file };
    let shown = false;
    this.#alert.clear();
    this.#stage.show("reading");
    const kept = before.file ? "Your earlier clip is still here." : "Your file is untouched.";
    await this.#attempt(kept, () => this.#openClip(file, onPicked), async (signal) => {
      this.#step("Reading the file…");
      const draft = new Draft(await this.studio.probe(file, signal));
      this.#step("Getting the colour model ready…");
      await this.studio.open();
      this.#step("Imagining four colourings…");
      await this.#choosing.look(draft, signal, () => {
        this.#showDraft(draft, onPicked !== undefined);
        shown = true;
        if (draft.candidate !== null) onPicked?.();
      });
    });
    if (shown || this.#job || this.#stage.state !== "reading") return shown;
    this.studio.holdAgain(before.file);
    this.#stage.show(before.state as State);
    if (before.state === "choosing") void this.#look();
    return false;
  }

  #showDraft(draft: Draft, keepGrade: boolean): void {
    if (draft !== this.#choosing.draft) {
      this.#describe(draft.clip);
      this.#settings.show(draft.clip, keepGrade);
      this.#choosing.regrade();
    }
    this.#choosing.show(draft);
    if (this.#stage.state === "reading") this.#stage.show("choosing");
  }

  /** Does what the desk still waits for; an earlier look is given up for it. */
  async #look(first?: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const draft = this.#choosing.draft;
    if (!draft) return;
    await this.#attempt("Your clip is still here.", () => this.#lookAgain(), async (signal) => {
      await first?.(signal);
      await this.#choosing.look(draft, signal, () => this.#choosing.show(draft));
    });
  }

  #lookAgain(first?: (signal: AbortSignal) => Promise<void>): void {
    this.#alert.clear();
    void this.#look(first);
  }

  /** The colourings depend on the working size. */
  #sizeChanged(): void {
    this.#choosing.show(this.#choosing.draft!);
    this.#lookAgain();
  }

  async #colorize(): Promise<void> {
    const draft = this.#choosing.draft!;
    const { size, passes, grade, trim, output } = this.#settings;
    const options = { size, passes, grade, trim, output, plan: draft.plan(), keepEarlier: this.#batch.several };
    const file = this.studio.file!;
    this.#alert.clear();
    this.#live.reset(draft.clip.pose);
    this.#stage.show("coloring");
    const done = await this.#attempt("Your clip and your choices are still here.", () => this.#colorize(), async (signal) => {
      const told = (progress: Progress) => this.#live.show(progress, draft.clip.pose);
      const colored = await this.studio.colorize(options, { signal, told });
      this.#result.show(colored, file, this.#device!);
      this.#batch.settle(file, colored);
      this.#stage.show("finished");
    });
    document.title = done ? "Done · Chromaflow" : "Chromaflow";
    if (!done) this.#backToChoosing();
    if (this.#alert.shown) this.#batch.settle(file, this.#alert.title);
    if (done || this.#alert.shown) await this.#next();
  }

  #backToChoosing(): void {
    this.#stage.show("choosing");
    if (this.#alert.shown) return; // the visitor decides first what to do about it
    void this.#look();
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
    if (action === "back") this.#backToChoosing();
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (this.#stage.state !== "choosing" || document.querySelector("dialog[open]")) return;
    if (/^[1-4]$/.test(event.key)) this.#choosing.choose(Number(event.key) - 1);
    if (event.key.toLowerCase() === "g") this.#choosing.showGrey(true);
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
