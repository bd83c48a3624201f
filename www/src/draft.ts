import type { History } from "./marks/history";
import { markedShots, marksIn, type Mark, type MarkedShot } from "./marks/mark";
import { Preview } from "./preview";
import type { ClipReport, RunOptions, ShotPlan, Span, Working } from "./protocol";
import { Shots, type Shot } from "./shots";

/** A clip on the visitor's desk: what is known of it and what was chosen for it, before it is coloured. */
export class Draft {
  readonly shots = new Shots();
  /** The colouring of all shots that have none of their own; null until one is known. */
  candidate: number | null = null;
  /** The shot that is looked at; null for the whole clip. */
  selected: Shot | null = null;
  /** Colours that the visitor gave by hand. */
  marks: readonly Mark[] = [];
  /** How they came to be, for who corrects them to take back. */
  history: History<readonly Mark[]> | null = null;
  /** How long the colourings of a frame took, at the working size that was looked at last. */
  measured: { seconds: number; size: number } | null = null;
  #byHand = false;
  /** The latest of each way and span, and the marks that it keeps to. */
  readonly #previews = new Map<string, { marks: string; preview: Preview }>();
  readonly #latest = new Map<Shot | null, Preview>();

  constructor(readonly clip: ClipReport) {}

  get end(): number {
    return this.clip.start + (this.clip.seconds ?? 0);
  }

  get whole(): Span {
    return { start: this.clip.start, end: this.end };
  }

  /** Makes the shot that is looked at part of the one before it; of a clip that is one shot then, all is looked at. */
  join(): void {
    const shot = this.shots.join(this.selected!);
    const only = this.shots.list.length === 1;
    if (only && shot.candidate !== null) [this.candidate, shot.candidate] = [shot.candidate, null];
    this.selected = only ? null : shot;
  }

  /** What is looked at; null for the whole clip. */
  get span(): Span | null {
    return this.selected && this.shots.span(this.selected, this.end);
  }

  /** What was coloured of a span in this way; of what is looked at, unless another span is named. */
  preview({ model, size }: Working, span = this.span): Preview {
    const key = [model, size, span?.start, span?.end].join();
    const marks = JSON.stringify(span ? marksIn(this.marks, span) : this.marks);
    const known = this.#previews.get(key);
    if (known?.marks === marks) return known.preview;
    const preview = new Preview();
    this.#previews.set(key, { marks, preview });
    return preview;
  }

  /** The shots that have marks, as far as shots are known. */
  get markedShots(): MarkedShot[] {
    return markedShots(this.shots.list.map(({ start }) => start), this.marks);
  }

  /** What there is to be seen of what is looked at: until there is a preview of this way, that of the way before stays. */
  seen(working: Working): Preview {
    const preview = this.preview(working);
    if (!preview.empty) this.#latest.set(this.selected, preview);
    return preview.empty ? (this.#latest.get(this.selected) ?? preview) : preview;
  }

  /** The colouring of what is looked at. */
  get shown(): number | null {
    return this.selected?.candidate ?? this.candidate;
  }

  /** The visitor's choice for what is looked at. */
  choose(candidate: number): void {
    if (this.selected) {
      this.selected.candidate = candidate;
    } else {
      this.candidate = candidate;
      this.#byHand = true;
    }
  }

  /** The page's own choice, until the visitor makes one. */
  propose(preview: Preview): void {
    if (!this.#byHand && !this.selected && preview.settled) this.candidate = preview.likeliest;
  }

  /** Chooses what a run was made with. The cuts are looked for again: a plan has no pictures. */
  adopt({ plan: { starts, candidate }, marks }: Pick<RunOptions, "plan" | "marks">): void {
    this.marks = marks;
    [this.candidate, this.#byHand] = [candidate, true];
    for (const start of starts) {
      const shot = this.shots.add(start.time, null);
      Object.assign(shot, { candidate: start.candidate === candidate ? null : start.candidate, own: start.own });
    }
  }

  plan(): ShotPlan {
    return this.shots.plan(this.candidate ?? 0);
  }
}
