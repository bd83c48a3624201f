import { element } from "./element";

/** Lets a slider that lies over two pictures part them, by mouse, touch and keyboard alike. */
export function compare(boxId: string, sliderId: string): void {
  const slider = element<HTMLInputElement>(sliderId);
  slider.addEventListener("input", () => element(boxId).style.setProperty("--split", `${slider.value}%`));
}
