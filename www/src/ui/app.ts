import type { Choices } from "../choices";
import type { Draft } from "../draft";
import { Fault } from "../fault";
import type { Progress, Take, Unfinished } from "../protocol";
import type { Studio } from "../studio";
import { words } from "../words/page";
import { Batch } from "./batch";
import { Choosing } from "./choosing";
import { Device } from "./device";
import { element } from "./element";
import { Intake } from "./intake";
import { Jobs } from "./jobs";
import { Live } from "./live";
import { askForOwnFile } from "./own-file";
import { Reading } from "./reading";
import { Result } from "./result";
import { Settings } from "./settings";
import { Showcase } from "./showcase";
import { Stage } from "./stage";
import { UnfinishedRuns } from "./unfinished";
import { UnsavedResults } from "./unsaved";

/** The page: what happens when the visitor does something, in the order in which it happens to a clip. */
export class App {
  readonly #stage = new Stage();
  readonly #jobs = new Jobs(() => this.#settings.ranOut());
  readonly #live = new Live((paused) => this.studio.pause(paused));
  readonly #result = new Result();
  readonly #batch = new Batch(
    (run) => void this.studio.saved(run).catch(() => undefined),
    (run) => void this.studio.forget(run).catch(() => undefined),
  );
  readonly #showcase = new Showcase((address) => void this.#openLinked(address));
  readonly #intake = new Intake((files) => void this.#receive(files), (address) => this.#linkDropped(address));
  readonly #unfinished: UnfinishedRuns;
  readonly #unsaved: UnsavedResults;
  readonly #device: Device;
  readonly #settings: Settings;
  readonly #choosing: Choosing;
  readonly #reading: Reading;

  constructor(
    private readonly studio: Studio,
    private readonly choices: Choices,
  ) {
    this.#settings = new Settings(choices, {
      onSize: () => this.#workingChanged(),
      onModel: () => this.#modelChanged(),
      onGrade: () => this.#choosing.regrade(),
      onEffort: () => this.#choosing.summarize(),
      onColorize: () => void this.#colorizeAsked(),
    });
    this.#choosing = new Choosing(studio, this.#settings, (job) => this.#reading.lookAgain(job));
    this.#reading = new Reading(studio, this.#stage, this.#jobs, this.#settings, this.#choosing);
    this.#unsaved = new UnsavedResults(studio);
    this.#unfinished = new UnfinishedRuns(studio, this.#jobs, (wanted) => this.#intake.pick(wanted), (unfinished, file) => {
      if (!this.#batch.has(file)) this.#batch.begin([file]);
      void this.#takeUp(unfinished, file);
    });
    studio.onOffers = (offers) => this.#settings.offer(offers);
    this.#device = new Device(studio, this.#jobs, choices, {
      onOpened: ({ kind }) => this.#settings.suit(kind),
      onFetch: (text) => this.#reading.fetching(text),
    });
  }

  /** Connects the page and opens the device, so that it is warm when a clip comes. */
  begin(): void {
    document.addEventListener("click", (event) => this.#act(event));
    document.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("keyup", (event) => {
      if (this.#stage.state === "choosing" && event.key.toLowerCase() === "g") this.#choosing.showGrey(false);
    });
    addEventListener("beforeunload", (event) => {
      if (this.#stage.state === "coloring" || this.#batch.unsaved) event.preventDefault();
    });
    void this.#lookForLeft();
    void this.#device.open().finally(() => this.#showcase.load());
    const { src } = this.choices;
    if (src !== null) void this.#openLinked(src);
  }

  #linkDropped(address: string): void {
    if (this.#stage.state === "coloring") this.#note(words.linkLater);
    else void this.#openLinked(address);
  }

  #openLinked(address: string): Promise<void> {
    return this.#reading.openLinked(address, (file) => this.#receive([file]));
  }

  /** Offers what earlier tabs have left. */
  async #lookForLeft(): Promise<void> {
    const left = await this.studio.left().catch(() => null); // what keeps the worker from starting is explained elsewhere
    this.#unfinished.add(left?.unfinished ?? []);
    this.#unsaved.offer(left?.unsaved ?? []);
  }

  async #receive(files: File[]): Promise<void> {
    if (this.#stage.state === "coloring") {
      this.#batch.add(files);
      return this.#note(words.willWait(files.length));
    }
    this.#note("");
    this.#batch.begin(files);
    await this.#openFirst(files[0]!);
  }

  /** Opens the first of several files that can be opened, for the visitor to choose; the list says of those before it why not. */
  async #openFirst(first: File): Promise<void> {
    for (let file: File | null = first; file; file = this.#batch.next()) {
      if (await this.#open(file)) return;
      // Of a single file the alert says it all; and others may have been given in the meantime.
      if (!this.#batch.several || !this.#batch.has(file)) return;
      this.#batch.fail(file, this.#jobs.trouble ?? words.givenUp);
    }
  }

  /** Opens a file, or goes on with a run of it that broke off. Gives whether it came as far as to be shown. */
  #open(file: File, onPicked?: () => void): Promise<boolean> {
    const unfinished = this.#unfinished.of(file);
    return unfinished ? this.#takeUp(unfinished, file) : this.#reading.open(file, onPicked);
  }

  /** Takes up the next of several files: with the choices of the one before, and the likeliest colouring. */
  async #next(): Promise<void> {
    const file = this.#batch.next();
    if (!file) return;
    if (await this.#open(file, () => void this.#colorize())) return;
    this.#batch.fail(file, this.#jobs.trouble ?? words.givenUp);
    await this.#next();
  }

  /** Goes on with a run that broke off, now that its file is here again. Gives whether it came as far as to go on. */
  async #takeUp(unfinished: Unfinished, file: File): Promise<boolean> {
    const draft = await this.#reading.openAgain(file, unfinished.options, () => void this.#takeUp(unfinished, file));
    if (!draft) return false;
    this.#unfinished.drop(unfinished.run);
    void this.#run({ run: unfinished.run, options: unfinished.options, into: null }, draft);
    return true;
  }

  /** The colourings are others now; `first` has to be done before them. */
  #workingChanged(first?: (signal: AbortSignal) => Promise<void>): void {
    this.#choosing.show(this.#choosing.draft!);
    this.#reading.lookAgain(first);
  }

  /** Another set of weights takes another part of the device's memory. */
  #modelChanged(): void {
    this.studio.use(this.#settings.model);
    this.#workingChanged(async (signal) => this.#settings.leave(await this.studio.room(this.#settings.demand, signal)));
  }

  /** The visitor wants it coloured; only on their click may the browser ask for a file of theirs. */
  async #colorizeAsked(): Promise<void> {
    if (!this.#settings.ownFile) return this.#colorize();
    const into = await askForOwnFile(this.#choosing.draft!.clip, this.#settings.output);
    if (into) await this.#colorize(into);
  }

  /** Begins to colour what is on the desk. */
  async #colorize(into: FileSystemFileHandle | null = null): Promise<void> {
    const draft = this.#choosing.draft!;
    const { model, size, passes, grade, trim, output } = this.#settings;
    this.#settings.settle();
    const options = { model, size, passes, grade, trim, output, plan: draft.plan(), marks: [...draft.marks] };
    await this.#run({ run: crypto.randomUUID(), options, into }, draft);
  }

  async #run(take: Take<"colorize">, draft: Draft): Promise<void> {
    const file = this.studio.file!;
    let kept: string = words.kept.choices;
    this.#unfinished.drop(take.run);
    this.#jobs.clear();
    this.#live.reset(draft.clip.pose, this.#choosing.opening);
    this.#stage.show("coloring");
    let fits = true;
    // Where memory ran out, the settings have gone to a smaller size; what is finished stays as it is.
    const again = () => void this.#run(fits ? take : { ...take, options: { ...take.options, size: this.#settings.size } }, draft);
    const done = await this.#jobs.run({ file: file.name, kept: () => kept, again }, async (signal) => {
      const told = (progress: Progress) => this.#live.show(progress, draft.clip.pose);
      const colored = await this.studio.colorize(take, { signal, told }).catch(async (error: unknown) => {
        fits = !(error instanceof Fault && error.code === "out-of-memory");
        const unfinished = await this.#unfinished.offer(take.run, file);
        if (unfinished) kept = words.kept.choicesAndRun(unfinished.finished);
        throw error;
      });
      const { saturations } = draft.preview(take.options, null);
      const onSave = take.into ? null : () => this.#batch.saved(take.run);
      this.#result.show(colored, file, this.#device.report!, saturations, onSave);
      this.#batch.settle(file, take.run, colored, take.into !== null);
      this.#unfinished.settle(file);
      this.#stage.show("finished");
    });
    document.title = done ? words.doneTitle : words.title;
    if (!done) this.#backToChoosing();
    const { trouble } = this.#jobs;
    if (trouble) this.#batch.fail(file, trouble);
    if (done || trouble) await this.#next();
  }

  #backToChoosing(): void {
    this.#stage.show("choosing");
    if (this.#jobs.trouble) return; // the visitor decides first what to do about it
    void this.#reading.look();
  }

  #act(event: MouseEvent): void {
    const action = (event.target as Element).closest<HTMLElement>("[data-action]")?.dataset.action;
    if (action === "pick") this.#intake.pick();
    if (action === "cancel") this.#jobs.cancel();
    if (action === "back") this.#backToChoosing();
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (this.#stage.state !== "choosing" || document.querySelector("dialog[open]")) return;
    if (/^[1-4]$/.test(event.key)) this.#choosing.choose(Number(event.key) - 1);
    if (event.key.toLowerCase() === "g") this.#choosing.showGrey(true);
  }

  #note(text: string): void {
    element("notice").textContent = text;
    element("notice").hidden = text === "";
  }
}
