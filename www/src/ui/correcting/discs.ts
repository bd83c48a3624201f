import type { MarkedPlace } from "../../marks/mark";
import type { Point } from "../../marks/stroke";
import { made } from "../element";

/** What a brush has gone over, drawn over the picture. */
export class Discs {
  readonly canvas = made("canvas", { className: "discs", ariaHidden: "true" });
  #draw: () => void = () => {};

  /** Shows discs of a picture; points have none. */
  show(places: MarkedPlace[], shownAt: (place: MarkedPlace) => Point, { width, height }: HTMLCanvasElement): void {
    this.#draw = () => {
      [this.canvas.width, this.canvas.height] = [width, height];
      this.#fill(places.filter(({ radius }) => radius > 0).map((place) => ({ ...shownAt(place), radius: place.radius })));
    };
    this.#draw();
  }

  /** Shows the stroke that is being drawn. */
  paint(path: Point[], radius: number): void {
    this.#draw();
    this.#fill(path.map((point) => ({ ...point, radius })));
  }

  /** Together, so that what lies over each other is no darker. */
  #fill(discs: MarkedPlace[]): void {
    if (discs.length === 0) return;
    const { width, height } = this.canvas;
    const context = this.canvas.getContext("2d")!;
    const shape = new Path2D();
    for (const { x, y, radius } of discs) {
      const reach = radius * Math.min(width, height);
      shape.moveTo(x * width + reach, y * height);
      shape.arc(x * width, y * height, reach, 0, 2 * Math.PI);
    }
    context.fillStyle = "rgb(255 255 255 / 30%)";
    context.fill(shape, "nonzero");
  }
}
