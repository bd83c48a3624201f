import { copyCanvas, element, showBitmap } from "./element";

interface Card {
  label: HTMLLabelElement;
  radio: HTMLInputElement;
  canvas: HTMLCanvasElement;
  grey: HTMLCanvasElement;
  badge: HTMLElement;
  saturation: HTMLElement;
}

const COUNT = 4;

/** The d colourings side by side, one of them chosen. */
export class Candidates {
  readonly #group = element("candidates");
  readonly #greyButton = element<HTMLButtonElement>("show-grey");
  readonly #cards: Card[] = [];

  constructor() {
    for (let index = 0; index < COUNT; index++) this.#cards.push(this.#makeCard(index));
    this.#greyButton.addEventListener("click", () => this.#toggleGrey());
  }

  /** Index of the chosen colouring. */
  get chosen(): number {
    return Math.max(0, this.#cards.findIndex(({ radio }) => radio.checked));
  }

  choose(index: number): void {
    const card = this.#cards[index];
    if (!card) return;
    card.radio.checked = true;
    card.radio.focus({ preventScroll: true });
  }

  /** Shows that new colourings are on their way. */
  wait(): void {
    this.#group.ariaBusy = "true";
    for (const { badge, saturation } of this.#cards) {
      badge.hidden = true;
      saturation.textContent = "";
    }
  }

  /** Shows the colourings of one frame, and that frame in grey. */
  show(grey: ImageBitmap, colored: ImageBitmap[]): void {
    const [first, ...others] = this.#cards.map((card) => card.grey);
    showBitmap(first!, grey);
    for (const canvas of others) copyCanvas(first!, canvas);
    for (const [index, { canvas }] of this.#cards.entries()) if (colored[index]) showBitmap(canvas, colored[index]);
  }

  /** Marks the most saturated colouring; chooses it, unless the visitor has chosen already. */
  rate(saturations: number[], keepChoice: boolean): void {
    this.#group.ariaBusy = "false";
    const most = saturations.indexOf(Math.max(...saturations));
    for (const [index, { badge, saturation, radio }] of this.#cards.entries()) {
      badge.hidden = index !== most;
      saturation.textContent = `saturation ${Math.round(100 * (saturations[index] ?? 0))} %`;
      if (!keepChoice) radio.checked = index === most;
    }
  }

  #toggleGrey(): void {
    const pressed = this.#greyButton.ariaPressed !== "true";
    this.#greyButton.ariaPressed = String(pressed);
    this.#group.classList.toggle("grey", pressed);
  }

  #makeCard(index: number): Card {
    const label = document.createElement("label");
    label.className = "candidate";
    label.innerHTML = `
      <input type="radio" name="candidate" value="${index + 1}" />
      <span class="frame"><canvas class="color"></canvas><canvas class="grey"></canvas>
      <span class="badge" hidden>most colourful</span></span>
      <span class="caption"><span class="name">Colouring ${index + 1}</span> <span class="saturation"></span></span>`;
    this.#group.append(label);
    const part = <E extends HTMLElement>(selector: string) => label.querySelector<E>(selector)!;
    return {
      label,
      radio: part<HTMLInputElement>("input"),
      canvas: part<HTMLCanvasElement>(".color"),
      grey: part<HTMLCanvasElement>(".grey"),
      badge: part(".badge"),
      saturation: part(".saturation"),
    };
  }
}
