import type { Still } from "./picture/still";
import type { ShotPlan, Span } from "./protocol";

/** Two time stamps closer than this, in seconds, are the same frame's: containers round them. */
export const SAME = 0.0005;

/** A shot of the clip: from its start to the next one's. */
export interface Shot {
  start: number;
  /** 0 to 3, where the visitor has locked one; null where it follows the whole clip. */
  candidate: number | null;
  /** Its first frame. */
  still: Still | null;
  /** Frames of it that were looked at for colour, and those that had some. */
  looked: number;
  inColor: number;
  /** The visitor's word on whether it keeps its own colours; null where what was seen decides. */
  own: boolean | null;
}

/** A shot that is in colour already keeps its own colours, unless the visitor wants it otherwise. */
export function keepsOwn({ own, looked, inColor }: Shot): boolean {
  return own ?? inColor > looked / 2;
}

/** The shots of a clip as far as they are known: found by the scan, changed by hand. */
export class Shots {
  /** In their order. */
  list: Shot[] = [];
  scannedUntil = -Infinity;
  /** Whether the scan has come to the clip's end. */
  complete = false;

  /** How many have a colouring of their own. */
  get locked(): number {
    return this.list.filter(({ candidate }) => candidate !== null).length;
  }

  /** A shot begins here; where one does already, it gets its picture. */
  add(start: number, still: Still | null): Shot {
    const known = this.list.find((shot) => Math.abs(shot.start - start) < SAME);
    if (known) return Object.assign(known, { still: known.still ?? still });
    const parent = this.at(start);
    const shot = { start, still, candidate: parent?.candidate ?? null, looked: 0, inColor: 0, own: parent?.own ?? null };
    this.list = [...this.list, shot].sort((one, other) => one.start - other.start);
    return shot;
  }

  /** A frame was looked at for colour. */
  look(time: number, inColor: boolean): void {
    const shot = this.at(time);
    if (!shot) return;
    shot.looked++;
    if (inColor) shot.inColor++;
  }

  /** Removes the cut before a shot; gives the shot that it is part of now. */
  join(shot: Shot): Shot {
    const before = this.list[this.list.indexOf(shot) - 1];
    if (!before) return shot;
    this.list = this.list.filter((each) => each !== shot);
    return before;
  }

  /** The shot that a time lies in. */
  at(time: number): Shot | undefined {
    return this.list.findLast((shot) => shot.start <= time + SAME);
  }

  /** From a shot's first frame to the next shot's, or to the end of what is known. */
  span(shot: Shot, clipEnd: number): Span {
    return { start: shot.start, end: this.list[this.list.indexOf(shot) + 1]?.start ?? clipEnd };
  }

  /** What a run has to know. */
  plan(candidate: number): ShotPlan {
    const starts = this.list.map((shot) => ({ time: shot.start, candidate: shot.candidate ?? candidate, own: keepsOwn(shot) }));
    return { starts, scannedUntil: this.complete ? Infinity : this.scannedUntil, candidate };
  }
}
