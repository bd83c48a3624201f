import type { Choices } from "../choices";
import { Fault } from "../fault";
import type { DeviceReport } from "../protocol";
import type { Studio } from "../studio";
import { words } from "../words/page";
import { browserOf, webgpuAdvice, whyNotWebgpu } from "../words/webgpu";
import { element } from "./element";
import type { Jobs } from "./jobs";

/** The device that the networks run on: opened when the page is, and named in the page's head. */
export class Device {
  readonly #chip = element("device");
  readonly #text = element("device-text");
  /** What was opened; null before. */
  report: DeviceReport | null = null;

  /** `onOpened` hears of the device, `onFetch` in words how much of the weights has come. */
  constructor(
    private readonly studio: Studio,
    private readonly jobs: Jobs,
    choices: Choices,
    { onOpened, onFetch }: { onOpened: (report: DeviceReport) => void; onFetch: (text: string) => void },
  ) {
    studio.onFetch = ({ bytes, total }) => {
      const text = words.fetchingModel(bytes, total);
      this.#text.textContent = text;
      onFetch(text);
    };
    studio.onDevice = (report) => {
      this.report = report;
      this.#chip.title = report.reason ?? "";
      this.#say(report.kind, words.device(report, choices.device === "cpu"));
      this.#advise(report, choices.device === "cpu");
      onOpened(report);
    };
  }

  /** Opens it and loads the weights, so that both are there when a clip comes. */
  async open(): Promise<void> {
    this.jobs.clear();
    try {
      if (!("VideoDecoder" in window && "VideoEncoder" in window)) throw new Fault("browser-too-old", "no WebCodecs");
      await this.studio.open();
    } catch (error) {
      this.#say("none", words.notReady);
      this.jobs.explain(error, "worker-failed", { kept: words.kept.nothing, again: () => void this.open() });
    }
  }

  /** Says why it is not the graphics card, and how it could be; who asked for the processor knows. */
  #advise(report: DeviceReport, asked: boolean): void {
    element("device-help").hidden = asked || report.kind === "webgpu";
    element("device-why").textContent = whyNotWebgpu(report, "gpu" in navigator);
    element("device-advice").textContent = webgpuAdvice[browserOf(navigator.userAgent)];
  }

  #say(kind: DeviceReport["kind"] | "none", text: string): void {
    this.#chip.dataset.kind = kind;
    this.#text.textContent = text;
  }
}
