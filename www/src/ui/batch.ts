import type { Colored } from "../protocol";
import { words } from "../words/page";
import { element, made } from "./element";

interface Entry {
  file: File;
  /** The latest that happened to it, in words. */
  status: string;
  result: { address: string; name: string } | null;
  waiting: boolean;
}

/** Several files that are coloured one after the other, and what became of each. */
export class Batch {
  #entries: Entry[] = [];

  /** Begins with files of which the first is taken in hand; what was there before is forgotten. */
  begin([first, ...others]: File[]): void {
    for (const { result } of this.#entries) if (result) URL.revokeObjectURL(result.address);
    this.#entries = [];
    if (first) this.#entries.push({ file: first, status: words.inHand, result: null, waiting: false });
    this.add(others);
  }

  add(files: File[]): void {
    this.#entries.push(...files.map((file) => ({ file, status: words.waiting, result: null, waiting: true })));
    this.#show();
  }

  /** Whether there is more than one file. */
  get several(): boolean {
    return this.#entries.length > 1;
  }

  /** The next file that waits, now in hand. */
  next(): File | null {
    const entry = this.#entries.find(({ waiting }) => waiting);
    if (!entry) return null;
    Object.assign(entry, { waiting: false, status: words.inHand });
    this.#show();
    return entry.file;
  }

  /** What became of a file: its coloured one, or why there is none. */
  settle(file: File, outcome: Colored | string): void {
    const entry = this.#entries.find((entry) => entry.file === file);
    if (!entry) return;
    if (entry.result) URL.revokeObjectURL(entry.result.address);
    if (typeof outcome === "string") Object.assign(entry, { status: outcome, result: null });
    else Object.assign(entry, { status: words.coloured, result: { address: URL.createObjectURL(outcome.file), name: outcome.name } });
    this.#show();
  }

  #show(): void {
    element("batch").hidden = !this.several;
    element("batch-list").replaceChildren(...this.#entries.map(({ file, status, result }) => {
      const item = made("li", {}, made("span", { className: "name", textContent: file.name }), made("span", { className: "status", textContent: status }));
      if (result) item.append(made("a", { href: result.address, download: result.name, textContent: words.save, ariaLabel: `${words.save} ${result.name}` }));
      return item;
    }));
  }
}
