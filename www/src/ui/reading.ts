import { Draft } from "../draft";
import { fetchLinked } from "../link";
import type { ClipReport, RunOptions, Told } from "../protocol";
import type { Studio } from "../studio";
import { words } from "../words/page";
import { clipWords } from "../words/measure";
import type { Choosing } from "./choosing";
import { element } from "./element";
import type { Jobs } from "./jobs";
import { noteItem } from "./result";
import type { Settings } from "./settings";
import type { Stage, State } from "./stage";

/** Seconds after which it can be said how long a file of another kind still takes. */
const CERTAIN_AFTER = 3;

/** From a file to a clip on the desk. On a fault everything is as it was before. */
export class Reading {
  readonly #step = element("reading-step");

  constructor(
    private readonly studio: Studio,
    private readonly stage: Stage,
    private readonly jobs: Jobs,
    private readonly settings: Settings,
    private readonly choosing: Choosing,
  ) {}

  /** Fetches the clip that the page's address names and hands it to `receive`. */
  async openLinked(src: string, receive: (file: File) => Promise<unknown>): Promise<void> {
    const before = this.#before();
    this.jobs.cancel();
    this.jobs.clear();
    this.stage.show("reading");
    this.#step.textContent = words.steps.link;
    try {
      const file = await fetchLinked(src, document.baseURI);
      this.stage.show(before.state);
      await receive(file);
    } catch (error) {
      this.#goBack(before.state, before.file);
      const kept = before.file ? words.kept.earlier : words.kept.nothing;
      this.jobs.explain(error, "link-missing", { file: src, kept, again: () => void this.openLinked(src, receive) });
    }
  }

  /**
   * Reads a clip, colours what shows it, and looks for its cuts. `onPicked` is called once a colouring is chosen for it.
   * Gives whether the clip came as far as to be shown.
   */
  async open(file: File, onPicked?: () => void): Promise<boolean> {
    const before = this.#before();
    let shown = false;
    this.jobs.clear();
    this.stage.show("reading");
    const kept = before.file ? words.kept.earlier : words.kept.file;
    const circumstances = { file: file.name, kept, again: () => void this.open(file, onPicked) };
    await this.jobs.run(circumstances, async (signal) => {
      this.#step.textContent = words.steps.file;
      const draft = new Draft(await this.#probe(file, signal));
      this.#step.textContent = words.steps.model;
      await this.studio.open();
      this.settings.leave(await this.studio.room(this.settings.demand, signal));
      this.#step.textContent = words.steps.preview;
      await this.choosing.look(draft, signal, () => {
        this.#show(draft, onPicked !== undefined);
        shown = true;
        if (draft.candidate !== null) onPicked?.();
      });
    });
    if (!shown && !this.jobs.busy && this.stage.state === "reading") this.#goBack(before.state, before.file);
    return shown;
  }

  /** Reads the file of a run that is taken up, and puts it on the desk with the run's choices. */
  async openAgain(file: File, options: RunOptions, again: () => void): Promise<Draft | null> {
    let opened: Draft | null = null;
    this.jobs.clear();
    this.stage.show("reading");
    await this.jobs.run({ file: file.name, kept: words.kept.run, again }, async (signal) => {
      this.#step.textContent = words.steps.file;
      const draft = new Draft(await this.#probe(file, signal));
      draft.adopt(options);
      this.#step.textContent = words.steps.model;
      await this.studio.open();
      this.settings.leave(await this.studio.room(this.settings.demand, signal));
      this.#show(draft, false);
      this.settings.adopt(options);
      opened = draft;
    });
    if (!opened && !this.jobs.busy) this.#goBack("welcome", null);
    return opened;
  }

  /** Does what the desk still waits for; an earlier look is given up for it. */
  async look(first?: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { draft } = this.choosing;
    if (!draft) return;
    const circumstances = { file: draft.clip.name, kept: words.kept.clip, again: () => this.lookAgain() };
    await this.jobs.run(circumstances, async (signal) => {
      await first?.(signal);
      await this.choosing.look(draft, signal, () => this.choosing.show(draft));
    });
  }

  lookAgain(first?: (signal: AbortSignal) => Promise<void>): void {
    this.jobs.clear();
    void this.look(first);
  }

  /** A clip that comes early waits for the weights. */
  fetching(text: string): void {
    this.#step.textContent = text;
  }

  /** What the page goes back to where a file does not come as far as to be shown. */
  #before(): { state: State; file: File | null } {
    return { state: this.stage.state === "reading" ? "welcome" : this.stage.state, file: this.studio.file };
  }

  #probe(file: File, signal: AbortSignal): Promise<ClipReport> {
    let begun = 0;
    const told = ({ share }: Told<"probe">) => {
      begun ||= share === null ? 0 : performance.now();
      const spent = begun === 0 ? 0 : (performance.now() - begun) / 1000;
      const isCertain = share !== null && share > 0 && spent > CERTAIN_AFTER;
      this.#step.textContent = words.steps.foreign(share, isCertain ? (spent * (1 - share)) / share : null);
    };
    return this.studio.probe(file, { signal, told });
  }

  #goBack(state: State, file: File | null): void {
    this.studio.holdAgain(file);
    this.stage.show(state);
    if (state === "choosing") void this.look();
  }

  #show(draft: Draft, keepGrade: boolean): void {
    if (draft !== this.choosing.draft) {
      this.#describe(draft.clip);
      this.settings.show(draft.clip, keepGrade);
      this.choosing.regrade();
    }
    this.choosing.show(draft);
    if (this.stage.state === "reading") this.stage.show("choosing");
  }

  #describe(clip: ClipReport): void {
    for (const facts of document.querySelectorAll("[data-clip-facts]")) facts.textContent = clipWords(clip);
    for (const notes of document.querySelectorAll("[data-clip-notes]")) notes.replaceChildren(...clip.notes.map(noteItem));
  }
}
