import type { DeviceReport, Told } from "../protocol";
import { element } from "./element";

/** The line in the page's head that says what the networks run on, and why not on something faster. */
export class DeviceChip {
  readonly #chip = element("device");
  readonly #text = element("device-text");

  /** `asked`: the address of the page asks for this device. */
  opened(report: DeviceReport, asked: boolean): void {
    this.#chip.dataset.kind = report.kind;
    this.#chip.title = report.reason ?? "";
    if (report.kind === "webgpu") {
      this.#text.textContent = `Working on the graphics card${report.name ? ` (${report.name})` : ""}`;
    } else if (asked) {
      this.#text.textContent = "Working on the processor, as this address asks";
    } else {
      this.#text.textContent =
        "Working on the processor, which is slower: this browser has no WebGPU for the graphics card here";
    }
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
