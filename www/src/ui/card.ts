import { words } from "../words/page";
import { made } from "./element";

/** A colouring among the others. */
export interface Card {
  label: HTMLElement;
  name: HTMLElement;
  radio: HTMLInputElement;
  frame: HTMLElement;
  color: HTMLCanvasElement;
  grey: HTMLCanvasElement;
  moments: HTMLElement;
  badge: HTMLElement;
}

/** Makes a card of a colouring; `onCompare`: it is to be seen beside its grey source. */
export function makeCard(index: number, onCompare: () => void): Card {
  const card = {
    radio: made("input", { type: "radio", name: "candidate", value: String(index + 1) }),
    color: made("canvas", { className: "color" }),
    grey: made("canvas", { className: "grey" }),
    badge: made("span", { className: "badge", textContent: words.likeliest, hidden: true }),
    moments: made("span", { className: "moments", ariaHidden: "true" }),
    name: made("span", { className: "name" }),
  };
  const frame = made("span", { className: "frame" }, card.color, card.grey, card.badge);
  const number = made("span", { className: "number" }, made("span", { className: "visually-hidden", textContent: words.colouringNumber }), String(index + 1));
  const caption = made("span", { className: "caption" }, number, " ", card.name);
  const label = made("label", { className: "candidate" }, card.radio, frame, card.moments, caption);
  compareUnderPointer(frame, onCompare);
  return { ...card, frame, label };
}

/** Left of the pointer the frame is grey, right of it coloured: by hovering, or by holding a finger on it. */
function compareUnderPointer(frame: HTMLElement, onCompare: () => void): void {
  const wipe = ({ clientX }: PointerEvent) => {
    const { left, width } = frame.getBoundingClientRect();
    frame.style.setProperty("--wipe", `${(100 * (clientX - left)) / width}%`);
    if (frame.classList.contains("wiped")) return;
    frame.classList.add("wiped");
    onCompare();
  };
  const whole = () => frame.classList.remove("wiped");
  frame.addEventListener("pointermove", wipe);
  frame.addEventListener("pointerdown", wipe);
  for (const end of ["pointerleave", "pointercancel"]) frame.addEventListener(end, whole);
  frame.addEventListener("pointerup", (event) => event.pointerType === "touch" && whole());
  frame.addEventListener("contextmenu", (event) => event.preventDefault());
}
