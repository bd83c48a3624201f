import { MOMENTS } from "./media/sampling";
import { looksOf, type Looks } from "./picture/look";
import type { Glimpse } from "./protocol";

/** How many steps of the player a moment is shown for, at least. */
const STEPS_A_MOMENT = 8;

/** What has been coloured of a span so far: a few moments, each of them a few frames. */
export class Preview {
  /** Whether all frames that were asked for have come. */
  complete = false;
  /** The likeliest colouring of the moments so far; null while there is none. */
  likeliest: number | null = null;
  #looks: Looks | null = null;
  readonly #moments = new Map<number, Glimpse[]>();

  add(glimpse: Glimpse): void {
    if (!this.#moments.has(glimpse.moment)) this.#looks = null;
    this.likeliest = glimpse.likeliest;
    const others = (this.#moments.get(glimpse.moment) ?? []).filter(({ time }) => time !== glimpse.time);
    this.#moments.set(glimpse.moment, [...others, glimpse].sort((one, other) => one.time - other.time));
  }

  get empty(): boolean {
    return this.#moments.size === 0;
  }

  /** The frames of each moment, in the clip's order. */
  get moments(): Glimpse[][] {
    return [...this.#moments].sort(([one], [other]) => one - other).map(([, frames]) => frames);
  }

  /** Whether every moment has been seen, so that the averages stay as they are. */
  get settled(): boolean {
    return this.complete || this.#moments.size === MOMENTS;
  }

  /** How the colourings look beside each other, by the first frame of each moment. */
  get looks(): Looks {
    return (this.#looks ??= looksOf(this.moments.map(([first]) => first!.still)));
  }

  /** Seconds that the device took for the colourings of a frame; null where none was measured. It is the middle one: the first pays for what is made only once. */
  get secondsOfFrame(): number | null {
    const seconds = this.moments.flat().map((glimpse) => glimpse.seconds).sort((one, other) => one - other);
    return seconds[Math.floor(seconds.length / 2)] ?? null;
  }

  /** Mean saturation of each colouring over the moments. */
  get saturations(): number[] {
    const rows = this.moments.map(([first]) => first!.saturations);
    return (rows[0] ?? []).map((_, at) => rows.reduce((sum, row) => sum + row[at]!, 0) / rows.length);
  }

  /** What to show step by step: each moment in turn, or one alone, moving where it has more than one frame. */
  playlist(only: number | null): Glimpse[] {
    const moments = only === null ? this.moments : this.moments.slice(only, only + 1);
    return moments.flatMap((frames) => {
      const rounds = Math.ceil(STEPS_A_MOMENT / frames.length);
      return Array.from({ length: rounds }, () => frames).flat();
    });
  }
}
