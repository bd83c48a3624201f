import type { DeviceReport, Told } from "../protocol";
import { element } from "./element";

/** The line in the page's head that says what the networks run on, and why not on something faster. */
export class DeviceChip {
  readonly #chip = element("device");
  readonly #text = element("device-text");

  opened(report: DeviceReport): void {
    this.#chip.dataset.kind = report.kind;
    if (report.kind === "webgpu") {
      this.#text.textContent = `Working on the graphics card${report.name ? ` (${report.name})` : ""}`;
      return;
    }
    this.#text.textContent =
      "Working on the processor, which is slower: this browser has no WebGPU for the graphics card here";
    this.#chip.title = report.reason ?? "";
    if (report.reason?.includes("asked")) this.#text.textContent = "Working on the processor, as asked";
  }

  fetching({ bytes, total }: Told<"open">): void {
    const megabytes = (count: number) => (count / 1e6).toFixed(1);
    this.#text.textContent = `Fetching the colour model: ${megabytes(bytes)} of ${megabytes(total)} MB`;
  }

  failed(): void {
    this.#chip.dataset.kind = "none";
    this.#text.textContent = "Not ready";
  }
}
