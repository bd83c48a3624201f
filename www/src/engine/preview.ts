import { Fault, named, throwIfCancelled } from "../fault";
import type { Clip } from "../media/clip";
import { framesAt } from "../media/frames-at";
import { takePlanes } from "../media/planes";
import { glances, type Glance } from "../media/sampling";
import { buffersOf, stillOf } from "../picture/still";
import type { MarkedShot } from "../marks/mark";
import type { Give, Take, Told } from "../protocol";
import type { Follower } from "./follower";
import type { Session, Standing } from "./session";

type Tell = (value: Told<"preview">, transfer?: ArrayBuffer[]) => void;

/** The page hears this often how far marks have been followed, in milliseconds. */
const TOLD_EVERY_MS = 250;

/** Longer side of the preview's pictures: there may be dozens. */
const LONGEST = 480;

/**
 * Colours frames of several moments in every way and tells each as soon as it is there: one of each moment first, then
 * those that make the moments move.
 */
export async function preview(
  clip: Clip, session: Session, follower: Follower, { size, span, shots }: Take<"preview">, tell: Tell, signal: AbortSignal,
): Promise<Give<"preview">> {
  const [first, further] = glances(clip, span, session.device.kind);
  const look = new Look(clip, session, follower, shots, size, tell, signal);
  await look.at(first);
  if (look.seen === 0) throw new Fault("decode-failed", look.broken ?? "no frame came out of the decoder");
  await look.at(further);
  return {};
}

class Look {
  /** How the colourings of each moment's first frame stand. */
  readonly #standings = new Map<number, Standing[]>();
  /** Time stamps of the frames that were told. */
  readonly #told = new Set<number>();
  /** When it was last told how far marks have been followed. */
  #followedAt = 0;
  /** Why the decoder gave up, if it did: what was seen before that is as good as ever. */
  broken: string | null = null;

  constructor(
    private readonly clip: Clip,
    private readonly session: Session,
    private readonly follower: Follower,
    private readonly shots: MarkedShot[],
    private readonly size: number,
    private readonly tell: Tell,
    private readonly signal: AbortSignal,
  ) {}

  get seen(): number {
    return this.#told.size;
  }

  /** Looks at frames in the order given; one that the clip does not have is passed over. */
  async at(glances: Glance[]): Promise<void> {
    const samples = framesAt(this.clip, glances.map(({ time }) => time));
    try {
      for (const { moment } of glances) {
        throwIfCancelled(this.signal);
        const { value: sample } = await samples.next();
        if (!sample) continue;
        if (this.#told.has(sample.timestamp)) sample.close();
        else await this.#show(moment, sample);
      }
    } catch (error) {
      const fault = named(error, "decode-failed");
      if (fault.code !== "decode-failed") throw fault;
      this.broken = fault.message;
    } finally {
      await samples.return();
    }
  }

  #followed(share: number): void {
    throwIfCancelled(this.signal);
    if (performance.now() - this.#followedAt < TOLD_EVERY_MS) return;
    this.#followedAt = performance.now();
    this.tell({ following: share });
  }

  async #show(moment: number, sample: Parameters<typeof takePlanes>[0]): Promise<void> {
    const time = sample.timestamp;
    const { frame } = await takePlanes(sample, this.clip.color).finally(() => sample.close());
    const hints = await this.follower.hintsAt(this.shots, time, (share) => this.#followed(share));
    const begun = performance.now();
    const candidates = await this.session.preview(frame, this.size, hints);
    const seconds = (performance.now() - begun) / 1000;
    this.#told.add(time);
    const standings = candidates.map(({ standing }) => standing);
    if (!this.#standings.has(moment)) this.#standings.set(moment, standings);
    const likeliest = await this.session.likeliest([...this.#standings.values()]);
    const still = stillOf(frame, candidates, LONGEST);
    this.tell({ moment, time, still, saturations: standings.map(({ saturation }) => saturation), likeliest, seconds }, buffersOf(still));
  }
}
