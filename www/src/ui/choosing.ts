import type { Draft } from "../draft";
import { Fault, textOf } from "../fault";
import { graded } from "../picture/grade";
import type { Look } from "../picture/look";
import type { Still } from "../picture/still";
import { secondsOfFrame } from "../estimate";
import { LEVELS, type Effort } from "../choices";
import type { Told } from "../protocol";
import { keepsOwn } from "../shots";
import type { Studio } from "../studio";
import { words } from "../words/page";
import { Candidates } from "./candidates";
import { Cutter } from "./cutter";
import { element } from "./element";
import type { Settings } from "./settings";
import { Timeline } from "./timeline";

/** The desk that a clip lies on before it is coloured: its colourings, its shots, and what can be done with them. */
export class Choosing {
  readonly #candidates: Candidates;
  readonly #timeline: Timeline;
  readonly #cutter: Cutter;
  #draft: Draft | null = null;
  #wanted: number | null = null;
  #correcting = false;

  /** `onWork`: something is to be looked at that is not there yet; the page then calls `look`. */
  constructor(
    private readonly studio: Studio,
    private readonly settings: Settings,
    private readonly onWork: (job?: (signal: AbortSignal) => Promise<void>) => void,
  ) {
    this.#candidates = new Candidates((candidate) => this.choose(candidate));
    element("correct").addEventListener("click", () => this.onWork(() => this.#correct()));
    this.#timeline = new Timeline({
      onSelect: (shot) => this.#change((draft) => (draft.selected = shot)),
      onFollow: () => this.#change((draft) => (draft.selected!.candidate = null)),
      onOwn: (shot) => this.#change(() => (shot.own = !keepsOwn(shot))),
      onJoin: () => this.#change((draft) => draft.join()),
      onCut: () => this.#lookAtFrame(this.#cutter.open(this.#draft!, this.#draft!.span ?? this.#draft!.whole)),
    });
    this.#cutter = new Cutter({
      onLook: (time) => this.#lookAtFrame(time),
      onCut: (time, still) => this.#change((draft) => (draft.selected = draft.shots.add(time, still))),
    });
  }

  get draft(): Draft | null {
    return this.#draft;
  }

  /** Puts a draft on the desk, or what is new in it. */
  show(draft: Draft): void {
    this.#draft = draft;
    const preview = draft.preview(this.settings.working);
    draft.propose(preview);
    this.#candidates.show(draft.seen(this.settings.working), draft.clip, draft.shown, !preview.settled);
    this.#timeline.show(draft);
    this.settings.ready = draft.candidate !== null;
    this.summarize();
  }

  /** Says what will be done, and how long it takes. */
  summarize(): void {
    const draft = this.#draft;
    const chosen = draft?.candidate ?? null;
    element("summary-choice").textContent = draft && chosen !== null ? words.summary(chosen, this.#look(draft), draft.marks.length, draft.shots.locked) : "";
    const seconds = draft && chosen !== null ? this.#secondsOf(draft, this.settings) : null;
    element("summary-time").textContent = seconds === null ? "" : words.willTake(seconds);
  }

  /** How the chosen colouring looks beside the others; null while they are not all there. */
  #look(draft: Draft): Look | null {
    const preview = draft.preview(this.settings.working, null);
    return preview.settled ? preview.looks.names[draft.candidate!]! : null;
  }

  #preset(draft: Draft): void {
    if (this.#secondsOf(draft, LEVELS.quick) !== null) this.settings.preset((effort) => this.#secondsOf(draft, effort)!);
  }

  /** How long a run takes, from the latest preview of the whole clip; null while nothing was measured. */
  #secondsOf({ measured, clip }: Draft, { size, passes }: Effort): number | null {
    const { frames } = this.settings;
    if (!measured || frames === null) return null;
    return frames * secondsOfFrame(measured, { size, passes: clip.photo ? 0 : passes });
  }

  /** The visitor's choice for what is looked at. */
  choose(candidate: number): void {
    this.#draft!.choose(candidate);
    this.show(this.#draft!);
    this.#candidates.focus(candidate);
  }

  /** The clip's first picture as it is chosen: what a run shows until it has one of its own. */
  get opening(): Still | null {
    const still = this.#draft?.preview(this.settings.working, null).moments[0]?.[0]?.still;
    const chroma = still?.colors[this.#draft?.candidate ?? 0];
    return still && chroma ? { luma: still.luma, colors: [graded(still.luma, chroma, this.settings.grade)] } : null;
  }

  regrade(): void {
    this.#candidates.regrade(this.settings.grade);
  }

  showGrey(shown: boolean): void {
    this.#candidates.showGrey(shown);
  }

  /**
   * Colours what is looked at and has not been coloured yet, then goes on with the search for cuts. `onSeen` is called
   * for everything new that is to be shown.
   */
  async look(draft: Draft, signal: AbortSignal, onSeen: () => void): Promise<void> {
    const { working } = this.settings;
    const { size } = working;
    const preview = draft.preview(working);
    // While colours are corrected every mark would have it coloured anew.
    if (!preview.complete && !this.#correcting) {
      const told = (glimpse: Told<"preview">) => {
        if ("following" in glimpse) return void (element("scan").textContent = words.following(glimpse.following));
        preview.add(glimpse);
        draft.measured = { seconds: preview.secondsOfFrame!, size };
        onSeen();
        if (preview.settled) this.#preset(draft);
      };
      await this.studio.preview({ size, span: draft.span, shots: draft.markedShots }, { signal, told });
      preview.complete = true;
      onSeen();
      this.#preset(draft);
    }
    await this.#scan(draft, signal);
  }

  /** Opens a picture of what is looked at, in which colours are corrected. */
  async #correct(): Promise<void> {
    const { Corrector } = await import("./correcting/corrector").catch((error: unknown) => {
      throw new Fault("page-incomplete", textOf(error), error);
    });
    const draft = this.#draft!;
    if (this.#correcting) return;
    this.#correcting = true;
    const span = draft.span ?? draft.whole;
    const corrector = new Corrector({
      studio: this.studio, draft,
      size: () => this.settings.size,
      grade: () => this.settings.grade,
      work: (job) => this.onWork(job),
      onClose: () => this.#corrected(),
    }, span);
    const { time } = this.#candidates;
    corrector.open(time !== null && time >= span.start && time < span.end ? time : span.start);
  }

  #corrected(): void {
    this.#correcting = false;
    this.show(this.#draft!);
    this.onWork();
    element("correct").focus({ preventScroll: true });
  }

  async #scan(draft: Draft, signal: AbortSignal): Promise<void> {
    const { shots } = draft;
    if (shots.complete || draft.clip.photo) return;
    const from = Number.isFinite(shots.scannedUntil) ? shots.scannedUntil : null;
    const told = ({ until, shot, inColor }: Told<"scan">) => {
      shots.scannedUntil = until;
      if (shot) shots.add(until, shot);
      if (inColor !== null) shots.look(until, inColor);
      if (shot) this.#timeline.show(draft);
      else this.#timeline.progress(draft);
    };
    await this.studio.scan({ from }, { signal, told });
    shots.complete = true;
    this.#timeline.show(draft);
  }

  #change(change: (draft: Draft) => void): void {
    const draft = this.#draft!;
    change(draft);
    this.show(draft);
    this.onWork();
  }

  /** One frame at a time: while one is fetched, only the latest wish is remembered. */
  #lookAtFrame(time: number): void {
    const busy = this.#wanted !== null;
    this.#wanted = time;
    if (!busy) this.onWork((signal) => this.#fetchFrames(signal));
  }

  async #fetchFrames(signal: AbortSignal): Promise<void> {
    try {
      for (let time = this.#wanted; time !== null; time = this.#wanted === time ? null : this.#wanted) {
        const frame = await this.studio.frame(time, signal);
        if (frame) this.#cutter.show(frame.time, frame.still);
      }
    } finally {
      this.#wanted = null;
    }
  }
}
