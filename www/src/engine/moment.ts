import { Fault } from "../fault";
import { hintsAt } from "../marks/hints";
import type { Tracks } from "../marks/tracks";
import type { Clip } from "../media/clip";
import { framesAt } from "../media/frames-at";
import type { Photo } from "../media/photo";
import { takePlanes, type Planes } from "../media/planes";
import { buffersOf, stillOf } from "../picture/still";
import type { Give, Take, Told } from "../protocol";
import type { Session } from "./session";

/** Longer side of a picture in which colours are corrected. */
const LONGEST = 960;

/** The frames that the visitor stops at while they correct colours, the latest of them kept: it is asked for again with every mark. */
export class Moments {
  #latest: { asked: number; time: number; planes: Planes } | null = null;

  constructor(private readonly held: Clip | Photo, private readonly tracks: Tracks) {}

  /** Colours the frame that is shown at a time in every way, as its shot's marks want it; tells it in grey before. */
  async color(
    { time: asked, size, marks }: Take<"moment">, session: Session, tell: (value: Told<"moment">, transfer?: ArrayBuffer[]) => void,
  ): Promise<Give<"moment">> {
    const found = await this.#find(asked);
    if (!found) return null;
    const { time, planes: { frame } } = found;
    const grey = stillOf(frame, [], LONGEST);
    tell({ time, still: grey }, buffersOf(grey));
    const candidates = await session.preview(frame, size, hintsAt(this.tracks, marks, time));
    const places = marks.flatMap((mark) => mark.places.map((place, at) => ({ mark: mark.id, at, found: this.tracks.find(mark, place, time) })));
    return { time, still: stillOf(frame, candidates, LONGEST), places };
  }

  /** The colours that are likely at a place. */
  async likely({ time, size, x, y }: Take<"likely">, session: Session): Promise<Give<"likely">> {
    const found = await this.#find(time);
    return { colors: found ? await session.likelyColors(found.planes.frame, size, x, y) : [] };
  }

  /** What a photo surely shows of a frame. */
  async suggest({ time, size, photo }: Take<"suggest">, session: Session): Promise<Give<"suggest">> {
    const found = await this.#find(time);
    const hints = found ? await session.suggestFrom(photo, found.planes.frame, size) : [];
    return { marks: hints.map(({ x, y, radius, color, strength }) => ({ time: found!.time, color, strength, places: [{ x, y, radius }] })) };
  }

  async #find(asked: number): Promise<{ time: number; planes: Planes } | null> {
    if ("planes" in this.held) return { time: 0, planes: this.held.planes };
    const latest = this.#latest;
    if (latest?.asked === asked || latest?.time === asked) return latest;
    this.#latest = null;
    try {
      for await (const sample of framesAt(this.held, [asked])) {
        if (!sample) return null;
        const { timestamp: time } = sample;
        const planes = await takePlanes(sample, this.held.color, latest?.planes).finally(() => sample.close());
        this.#latest = { asked, time, planes };
      }
    } catch (error) {
      // The clip is damaged here; at another moment it may not be.
      if (!(error instanceof Fault && error.code === "decode-failed")) throw error;
    }
    return this.#latest;
  }
}
