/** The longest side of the grey picture, in pixels: it is only looked at. */
const LONGEST = 1920;

/** The grey source of a coloured video, on a canvas over it. Drawn from the very frame that is shown, so that the two are never apart. */
export class GreyTwin {
  constructor(private readonly video: HTMLVideoElement, private readonly canvas: HTMLCanvasElement) {
    video.addEventListener("loadeddata", () => this.#begin());
    video.addEventListener("seeked", () => this.#draw());
  }

  #begin(): void {
    const { videoWidth: width, videoHeight: height } = this.video;
    const scale = Math.min(1, LONGEST / Math.max(width, height));
    [this.canvas.width, this.canvas.height] = [width, height].map((side) => Math.max(1, Math.round(side * scale))) as [number, number];
    this.#draw();
    this.#follow(this.video.src);
  }

  /** For as long as this is what is played: another video begins anew. */
  #follow(source: string): void {
    this.video.requestVideoFrameCallback(() => {
      if (this.video.src !== source) return;
      this.#draw();
      this.#follow(source);
    });
  }

  /** Colouring leaves luma as it was, so the source is the picture without its colours: blended with black, a color keeps its luma alone. */
  #draw(): void {
    const drawing = this.canvas.getContext("2d");
    if (!drawing) return;
    const { width, height } = this.canvas;
    drawing.globalCompositeOperation = "copy";
    drawing.drawImage(this.video, 0, 0, width, height);
    drawing.globalCompositeOperation = "saturation";
    drawing.fillStyle = "black";
    drawing.fillRect(0, 0, width, height);
  }
}
