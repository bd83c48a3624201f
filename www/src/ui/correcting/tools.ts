import { correctingWords as words } from "../../words/correcting";
import { made } from "../element";

/** The brush's radius to begin with, in percent of the picture's shorter side. */
const USUAL = 6;

interface Events {
  onUndo: () => void;
  onRedo: () => void;
  onClear: () => void;
  onSave: () => void;
  onFile: (file: File) => void;
  onTool: () => void;
  onDone: () => void;
}

/** What can be done with the marks of a clip besides setting them. */
export class Tools {
  readonly box: HTMLElement;
  readonly #brush = made("input", { type: "radio", name: "correcting-tool", value: "brush" });
  readonly #size = made("input", { type: "range", min: "1", max: "25", value: String(USUAL), step: "1" });
  readonly #undo: HTMLButtonElement;
  readonly #redo: HTMLButtonElement;
  readonly #save: HTMLButtonElement;
  readonly #clear: HTMLButtonElement;
  readonly #file = made("input", { type: "file", className: "visually-hidden", tabIndex: -1, ariaHidden: "true" });

  constructor(events: Events) {
    const button = (text: string, onClick: () => void) => {
      const one = made("button", { type: "button", className: "quiet small", textContent: text });
      one.addEventListener("click", onClick);
      return one;
    };
    const point = made("input", { type: "radio", name: "correcting-tool", value: "point", checked: true });
    const choice = (radio: HTMLInputElement, text: string) => made("label", {}, radio, made("span", { textContent: text }));
    const tools = made("div", { className: "segments", role: "radiogroup", ariaLabel: words.tools.label }, choice(point, words.tools.point), choice(this.#brush, words.tools.brush));
    const size = made("label", { className: "slider brush-size", hidden: true }, made("span", { textContent: words.tools.size }), this.#size);
    tools.addEventListener("change", () => {
      size.hidden = !this.brush;
      events.onTool();
    });
    this.#file.addEventListener("change", () => {
      const [file] = this.#file.files ?? [];
      this.#file.value = "";
      if (file) events.onFile(file);
    });
    [this.#undo, this.#redo] = [button(words.undo, events.onUndo), button(words.redo, events.onRedo)];
    [this.#save, this.#clear] = [button(words.save, events.onSave), button(words.clear, events.onClear)];
    const done = button(words.done, events.onDone);
    done.className = "primary small done";
    this.box = made("div", { className: "correcting-tools" }, tools, size, this.#undo, this.#redo,
      button(words.photo, () => this.#pick("image/*")), this.#save, button(words.load, () => this.#pick(".json,application/json")), this.#clear, this.#file, done);
  }

  get brush(): boolean {
    return this.#brush.checked;
  }

  /** The brush's radius, of the picture's shorter side. */
  get radius(): number {
    return Number(this.#size.value) / 100;
  }

  /** What there is to be done. */
  show(canUndo: boolean, canRedo: boolean, marks: number): void {
    this.#able(this.#undo, canUndo);
    this.#able(this.#redo, canRedo);
    for (const needing of [this.#save, this.#clear]) this.#able(needing, marks > 0);
  }

  /** A button that has the focus keeps it: it says that it does nothing, instead of vanishing from under the keyboard. */
  #able(button: HTMLButtonElement, able: boolean): void {
    button.ariaDisabled = String(!able);
  }

  #pick(accept: string): void {
    this.#file.accept = accept;
    this.#file.click();
  }
}
