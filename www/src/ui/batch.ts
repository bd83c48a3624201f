import type { Colored } from "../protocol";
import { words } from "../words/page";
import { isPhoto } from "./details";
import { element, made } from "./element";

/** A coloured file. */
interface Outcome {
  run: string;
  /** Whether the visitor has it. */
  saved: boolean;
  /** Whether it lies on the disk, in its run's folder. */
  onDisk: boolean;
}

interface Entry {
  file: File;
  waiting: boolean;
  outcome: Outcome | null;
  item: HTMLLIElement;
  /** The latest that happened to it, in words. */
  status: HTMLElement;
  /** Saves its result; hidden while there is none. */
  save: HTMLAnchorElement;
}

/** Files that are coloured one after the other, and what became of each. A result stays until the visitor has saved it. */
export class Batch {
  readonly #list = element("batch-list");
  #entries: Entry[] = [];

  /** `onSaved`: the visitor has the result of a run. `onDropped`: nobody needs it any more. */
  constructor(
    private readonly onSaved: (run: string) => void,
    private readonly onDropped: (run: string) => void,
  ) {}

  /** Begins with files of which the first is taken in hand; of those before only the results that nobody saved stay. */
  begin([first, ...others]: File[]): void {
    for (const entry of this.#entries) if (!isUnsaved(entry)) this.#drop(entry);
    this.#entries = this.#entries.filter(isUnsaved);
    if (first) this.#enter(first, words.inHand, false);
    this.add(others);
  }

  add(files: File[]): void {
    for (const file of files) this.#enter(file, words.waiting, true);
    element("batch").hidden = !this.several;
  }

  /** Whether there is more than one file. */
  get several(): boolean {
    return this.#entries.length > 1;
  }

  /** Whether a result would be lost with the page. */
  get unsaved(): boolean {
    return this.#entries.some(isUnsaved);
  }

  /** Whether a file is one of them. */
  has(file: File): boolean {
    return this.#entries.some((entry) => entry.file === file);
  }

  /** The next file that waits, now in hand. */
  next(): File | null {
    const entry = this.#entries.find(({ waiting }) => waiting);
    if (!entry) return null;
    entry.waiting = false;
    entry.status.textContent = words.inHand;
    return entry.file;
  }

  /** A file could not be coloured; what was made of it before stays. Nothing moves: the keyboard may stand on another's link. */
  fail(file: File, why: string): void {
    const entry = this.#latest(file);
    if (entry && !entry.outcome) entry.status.textContent = why;
  }

  /** A file is coloured; `saved` where its result is in a file of the visitor's own already. */
  settle(file: File, run: string, colored: Colored, saved: boolean): void {
    let entry = this.#latest(file);
    if (!entry) return;
    if (isUnsaved(entry)) entry = this.#enter(file, "", false); // another colouring of it, beside the first
    else this.#letGo(entry);
    entry.outcome = { run, saved, onDisk: !saved && !isPhoto(colored) };
    const { name } = colored;
    entry.status.textContent = words.coloured;
    entry.save.hidden = false;
    Object.assign(entry.save, { href: URL.createObjectURL(colored.file), download: name, ariaLabel: `${words.save} ${name}` });
    element("batch").hidden = !this.several;
  }

  /** The visitor has the result of a run. */
  saved(run: string): void {
    const outcome = this.#entries.find(({ outcome }) => outcome?.run === run)?.outcome;
    if (!outcome || outcome.saved) return;
    outcome.saved = true;
    if (outcome.onDisk) this.onSaved(run);
  }

  #latest(file: File): Entry | undefined {
    return this.#entries.findLast((entry) => entry.file === file);
  }

  #enter(file: File, state: string, waiting: boolean): Entry {
    const status = made("span", { className: "status", textContent: state });
    const save = made("a", { textContent: words.save, hidden: true });
    const item = made("li", {}, made("span", { className: "name", textContent: file.name }), status, save);
    const entry: Entry = { file, waiting, outcome: null, item, status, save };
    save.addEventListener("click", () => entry.outcome && this.saved(entry.outcome.run));
    this.#list.append(item);
    this.#entries.push(entry);
    return entry;
  }

  #drop(entry: Entry): void {
    this.#letGo(entry);
    entry.item.remove();
  }

  #letGo({ outcome, save }: Entry): void {
    URL.revokeObjectURL(save.href);
    if (outcome?.onDisk) this.onDropped(outcome.run);
  }
}

function isUnsaved({ outcome }: Entry): boolean {
  return outcome !== null && !outcome.saved;
}
