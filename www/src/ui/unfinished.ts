import { Fault } from "../fault";
import type { Unfinished } from "../protocol";
import type { Studio } from "../studio";
import { words } from "../words/page";
import { Forgetting } from "./forgetting";
import { element, made, smallButton } from "./element";
import type { Jobs } from "./jobs";

/** The runs that broke off, with an earlier tab or in this one, each with what can be done about it. */
export class UnfinishedRuns {
  #runs: Unfinished[] = [];
  /** The files of those that this tab has coloured, by run: they need not be given again. */
  readonly #files = new Map<string, File>();
  /** Files that were made of what was there, by run. */
  readonly #saved = new Map<string, string>();
  readonly #forgetting = new Forgetting(() => this.#show(), (run) => void this.#forget(run));

  /** `pick` asks the visitor for a file; `onTaken` gets a run's own file when it is given again. */
  constructor(
    private readonly studio: Studio,
    private readonly jobs: Jobs,
    private readonly pick: (wanted: (file: File) => void) => void,
    private readonly onTaken: (unfinished: Unfinished, file: File) => void,
  ) {}

  /** Offers runs of tabs that are gone, too. */
  add(runs: Unfinished[]): void {
    this.#runs.push(...runs);
    this.#show();
  }

  /** Offers a run of this tab, if anything of it is kept; gives that. */
  async offer(run: string, file: File): Promise<Unfinished | null> {
    const unfinished = await this.studio.kept(run).catch(() => null);
    if (!unfinished) return null;
    this.#files.set(run, file);
    this.#runs = [unfinished, ...this.#runs.filter((each) => each.run !== run)];
    this.#show();
    return unfinished;
  }

  /** A file of this tab is coloured to its end: what was kept of earlier attempts goes. */
  settle(file: File): void {
    for (const { run } of this.#runs) if (this.#files.get(run) === file) void this.studio.forget(run).then(() => this.drop(run), () => {});
  }

  /** The run that goes on when its file is given; null if there is none. One that the visitor ended waits for their word. */
  of(file: File): Unfinished | null {
    return this.#runs.find(({ run, source, stopped }) => !stopped && !this.#forgetting.has(run) && isSame(source, file)) ?? null;
  }

  /** A run is in hand or forgotten, and is not offered any more. */
  drop(run: string): void {
    this.#runs = this.#runs.filter((each) => each.run !== run);
    this.#files.delete(run);
    this.#show();
  }

  #show(): void {
    element("unfinished").hidden = this.#runs.length === 0;
    element("unfinished-hint").hidden = this.#runs.every(({ run }) => this.#files.has(run) || this.#forgetting.has(run));
    element("unfinished-list").replaceChildren(...this.#runs.map((run) => this.#item(run)));
  }

  #item(unfinished: Unfinished): HTMLLIElement {
    const { run, source: { name }, finished, seconds } = unfinished;
    if (this.#forgetting.has(run)) return this.#forgetting.item(run, name);
    const file = this.#files.get(run);
    const actions = made("p", { className: "actions" },
      file
        ? smallButton(words.goOn, words.goOnLabel(name), () => this.onTaken(unfinished, file))
        : smallButton(words.giveAgain, words.giveAgainLabel(name), () => this.#askFor(unfinished)),
      smallButton(words.saveSoFar, words.saveSoFarLabel(name), (pressed) => void this.#save(unfinished, pressed)),
      smallButton(words.forget, words.forgetLabel(name), () => this.#forgetting.begin(run)));
    return made("li", {}, made("p", {}, made("strong", { textContent: name }), words.brokenOff(finished, seconds)), actions);
  }

  #askFor(unfinished: Unfinished): void {
    this.jobs.clear();
    this.pick((file) => {
      if (isSame(unfinished.source, file)) return this.onTaken(unfinished, file);
      const { name, size } = unfinished.source;
      const fault = new Fault("file-other", `${file.name}, ${file.size} bytes, in place of ${name}, ${size} bytes`);
      this.jobs.explain(fault, "file-other", { file: file.name, kept: words.kept.run, again: () => this.#askFor(unfinished) });
    });
  }

  async #save(unfinished: Unfinished, pressed: HTMLButtonElement): Promise<void> {
    this.jobs.clear();
    pressed.disabled = true;
    pressed.textContent = words.writing;
    try {
      const file = await this.studio.salvage(unfinished.run);
      URL.revokeObjectURL(this.#saved.get(unfinished.run) ?? "");
      const address = URL.createObjectURL(file);
      this.#saved.set(unfinished.run, address);
      made("a", { href: address, download: file.name }).click();
    } catch (error) {
      const again = () => void this.#save(unfinished, pressed);
      this.jobs.explain(error, "worker-failed", { file: unfinished.source.name, kept: words.kept.run, again });
    } finally {
      pressed.disabled = false;
      pressed.textContent = words.saveSoFar;
    }
  }

  /** It is offered until nothing is left of it: a tab that is closed before that finds it again. */
  async #forget(run: string): Promise<void> {
    try {
      await this.studio.forget(run);
      this.drop(run);
    } catch (error) {
      const file = this.#runs.find((each) => each.run === run)?.source.name ?? "";
      this.jobs.explain(error, "worker-failed", { file, kept: words.kept.run, again: () => this.#show() });
    }
  }
}

/** Browsers do not keep access to a file, so it is known again by what it shows of itself. */
function isSame(source: Unfinished["source"], file: File): boolean {
  return source.name === file.name && source.size === file.size && source.lastModified === file.lastModified;
}
