import type { Draft } from "../../draft";
import { keepsOwn, type Shot } from "../../shots";
import { correctingWords as words } from "../../words/correcting";
import { made } from "../element";

/** Says where a shot keeps the colors that it has, so that none that are given to it are seen in the file, and has it colored on request. */
export class OwnColors {
  readonly #words = made("p", { role: "status" });
  readonly #color = made("button", { type: "button", className: "quiet small", textContent: words.own.color });
  readonly box = made("div", { className: "own-colors", hidden: true }, this.#words, this.#color);
  #shot: Shot | undefined;

  /** `onColor` is called when the shot that is looked at is to be colored after all. */
  constructor(private readonly draft: Draft, onColor: () => void) {
    this.#color.addEventListener("click", () => {
      if (this.#shot) this.#shot.own = false;
      onColor();
    });
  }

  /** A moment is looked at. */
  show(time: number): void {
    this.#shot = this.draft.shots.at(time);
    const kept = this.#shot !== undefined && keepsOwn(this.#shot);
    this.box.hidden = !kept;
    this.#words.textContent = kept ? words.own.kept : "";
  }
}
