import type { Colored } from "../protocol";
import { words } from "../words/page";
import { element, made } from "./element";

interface Entry {
  file: File;
  waiting: boolean;
  /** The latest that happened to it, in words. */
  status: HTMLElement;
  /** Saves its result; hidden while there is none. */
  save: HTMLAnchorElement;
}

/** Several files that are coloured one after the other, and what became of each. */
export class Batch {
  readonly #list = element("batch-list");
  #entries: Entry[] = [];

  /** Begins with files of which the first is taken in hand; what was there before is forgotten. */
  begin([first, ...others]: File[]): void {
    for (const { save } of this.#entries) URL.revokeObjectURL(save.href);
    this.#entries = [];
    this.#list.replaceChildren();
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

  /** What became of a file: its coloured one, or why there is none. Nothing moves: the keyboard may stand on another's link. */
  settle(file: File, outcome: Colored | string): void {
    const entry = this.#entries.find((entry) => entry.file === file);
    if (!entry) return;
    const { status, save } = entry;
    const failed = typeof outcome === "string";
    URL.revokeObjectURL(save.href);
    status.textContent = failed ? outcome : words.coloured;
    save.hidden = failed;
    if (failed) return;
    const { name } = outcome;
    Object.assign(save, { href: URL.createObjectURL(outcome.file), download: name, ariaLabel: `${words.save} ${name}` });
  }

  #enter(file: File, state: string, waiting: boolean): void {
    const status = made("span", { className: "status", textContent: state });
    const save = made("a", { textContent: words.save, hidden: true });
    this.#list.append(made("li", {}, made("span", { className: "name", textContent: file.name }), status, save));
    this.#entries.push({ file, waiting, status, save });
  }
}
