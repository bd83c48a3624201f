import type { Fault, FaultCode } from "../fault";
import { explain } from "../words/errors";
import { element } from "./element";

/** The page's one place for errors: what happened, what is kept, what to do. */
export class Alert {
  readonly #box = element("alert");
  readonly #retry = element<HTMLButtonElement>("alert-retry");
  #again: () => void = () => {};

  constructor() {
    element("alert-dismiss").addEventListener("click", () => this.clear());
    this.#retry.addEventListener("click", () => this.#again());
  }

  /** Explains a fault of a file, if it is one's. `kept` says what of the visitor's is still there; `again` repeats what failed. */
  show(fault: Fault, file: string | null, kept: string, again: () => void): void {
    const code = fault.code as Exclude<FaultCode, "cancelled">;
    const { title, what, advice, retry } = explain(code);
    element("alert-file").textContent = file ?? "";
    element("alert-file").hidden = file === null;
    element("alert-title").textContent = title;
    element("alert-what").textContent = what;
    element("alert-kept").textContent = kept;
    element("alert-advice").textContent = advice;
    element("alert-code").textContent = code;
    element("alert-detail").textContent = fault.message ? ` (${fault.message})` : "";
    this.#again = again;
    this.#retry.hidden = !retry;
    this.#box.dataset.code = code;
    this.#box.hidden = false;
    this.#box.scrollIntoView({ block: "nearest" });
  }

  /** What happened, in a few words. */
  get title(): string {
    return element("alert-title").textContent;
  }

  get shown(): boolean {
    return !this.#box.hidden;
  }

  clear(): void {
    this.#box.hidden = true;
    delete this.#box.dataset.code;
  }
}
