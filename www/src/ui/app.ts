import type { Choices } from "../choices";
import type { Progress } from "../protocol";
import type { Studio } from "../studio";
import { words } from "../words/page";
import { Batch } from "./batch";
import { Choosing } from "./choosing";
import { Device } from "./device";
import { element } from "./element";
import { Intake } from "./intake";
import { Jobs } from "./jobs";
import { Live } from "./live";
import { Reading } from "./reading";
import { Result } from "./result";
import { Settings } from "./settings";
import { Stage } from "./stage";

/** The page: what happens when the visitor does something, in the order in which it happens to a clip. */
export class App {
  readonly #stage = new Stage();
  readonly #jobs = new Jobs(() => this.#settings.ranOut());
  readonly #live = new Live((paused) => this.studio.pause(paused));
  readonly #result = new Result();
  readonly #batch = new Batch();
  readonly #intake = new Intake((files) => void this.#receive(files));
  readonly #device: Device;
  readonly #settings: Settings;
  readonly #choosing: Choosing;
  readonly #reading: Reading;

  constructor(
    private readonly studio: Studio,
    private readonly choices: Choices,
  ) {
    this.#settings = new Settings(choices, {
      onSize: () => this.#sizeChanged(),
      onGrade: () => this.#choosing.regrade(),
      onColorize: () => void this.#colorize(),
    });
    this.#choosing = new Choosing(studio, this.#settings, (job) => this.#reading.lookAgain(job));
    this.#reading = new Reading(studio, this.#stage, this.#jobs, this.#settings, this.#choosing);
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
      if (this.#stage.state === "coloring") event.preventDefault();
    });
    void this.#device.open();
    const { src } = this.choices;
    if (src !== null) void this.#reading.openLinked(src, (file) => this.#receive([file]));
  }

  async #receive(files: File[]): Promise<void> {
    if (this.#stage.state === "coloring") {
      this.#batch.add(files);
      return this.#note(words.willWait(files.length));
    }
    this.#note("");
    this.#batch.begin(files);
    await this.#reading.open(files[0]!);
  }

  /** Takes up the next of several files: with the choices of the one before, and the most colourful colouring. */
  async #next(): Promise<void> {
    const file = this.#batch.next();
    if (!file || (await this.#reading.open(file, () => void this.#colorize()))) return;
    this.#batch.settle(file, this.#jobs.trouble ?? words.givenUp);
    await this.#next();
  }

  /** The colourings depend on the working size. */
  #sizeChanged(): void {
    this.#choosing.show(this.#choosing.draft!);
    this.#reading.lookAgain();
  }

  async #colorize(): Promise<void> {
    const draft = this.#choosing.draft!;
    const { size, passes, grade, trim, output } = this.#settings;
    const options = { size, passes, grade, trim, output, plan: draft.plan(), keepEarlier: this.#batch.several };
    const file = this.studio.file!;
    this.#jobs.clear();
    this.#live.reset(draft.clip.pose, this.#choosing.opening);
    this.#stage.show("coloring");
    const done = await this.#jobs.run(words.kept.choices, () => void this.#colorize(), async (signal) => {
      const told = (progress: Progress) => this.#live.show(progress, draft.clip.pose);
      const colored = await this.studio.colorize(options, { signal, told });
      this.#result.show(colored, file, this.#device.report!, draft.preview(size, null).saturations);
      this.#batch.settle(file, colored);
      this.#stage.show("finished");
    });
    document.title = done ? words.doneTitle : words.title;
    if (!done) this.#backToChoosing();
    const { trouble } = this.#jobs;
    if (trouble) this.#batch.settle(file, trouble);
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
