import { Fault } from "../../fault";
import { shotAt, type Chroma, type Mark } from "../../marks/mark";
import type { Draft } from "../../draft";
import type { Grade } from "../../picture/grade";
import type { Give, Moment, PhotoPixels, Told } from "../../protocol";
import type { Studio } from "../../studio";

/** The page around the correcting of colors. */
export interface Desk {
  studio: Studio;
  draft: Draft;
  size: () => number;
  grade: () => Grade;
  /** Has the engine do something in place of what it does. */
  work: (job: (signal: AbortSignal) => Promise<void>) => void;
  /** The visitor has done what they wanted, or something went wrong. */
  onClose: () => void;
}

interface Events {
  onGrey: (grey: Told<"moment">) => void;
  onMoment: (moment: Moment) => void;
  /** There is no picture at the moment that was asked for. */
  onNothing: () => void;
  onLikely: (colors: Chroma[]) => void;
  onSuggested: (marks: Omit<Mark, "id">[]) => void;
  onFollowed: (marks: Mark[], followed: Give<"follow">) => void;
  /** It goes on in the page, which explains it. */
  onFault: () => void;
}

/** What the engine has to do while colors are corrected: of each kind only the latest wish, and while there is none, marks are followed. */
export class Work {
  #moment: number | null = null;
  #likely: { time: number; x: number; y: number } | null = null;
  #suggest: { time: number; photo: PhotoPixels } | null = null;
  /** The time whose shot is followed, and whether that is done. */
  #following = { time: 0, done: true };
  #busy = false;

  constructor(private readonly desk: Desk, private readonly events: Events) {}

  /** A moment is to be seen, or seen anew. */
  look(time: number): void {
    this.#moment = time;
    this.#begin();
  }

  /** What is likely at a place is to be known. */
  ask(time: number, x: number, y: number): void {
    this.#likely = { time, x, y };
    this.#begin();
  }

  /** What a photo surely shows of a moment is to be taken over. */
  suggest(time: number, photo: PhotoPixels): void {
    this.#suggest = { time, photo };
    this.#begin();
  }

  /** The marks of the shot at a time are others than before. */
  follow(time: number): void {
    this.#following = { time, done: this.desk.draft.clip.photo };
    this.#begin();
  }

  get looking(): boolean {
    return this.#moment !== null;
  }

  #begin(): void {
    if (this.#busy) return;
    this.#busy = true;
    this.desk.work((signal) => this.#serve(signal));
  }

  async #serve(signal: AbortSignal): Promise<void> {
    try {
      while (await this.#next(signal));
    } catch (error) {
      if (!(error instanceof Fault && error.code === "cancelled")) this.events.onFault();
      throw error;
    } finally {
      this.#busy = false;
    }
  }

  /** The next thing; false where there is none. */
  async #next(signal: AbortSignal): Promise<boolean> {
    if (this.#moment !== null) await this.#color(this.#moment, signal);
    else if (this.#likely) await this.#find(this.#likely, signal);
    else if (this.#suggest) await this.#match(this.#suggest, signal);
    else if (!this.#following.done) await this.#goOn(this.#following.time, signal);
    else return false;
    return true;
  }

  async #color(time: number, signal: AbortSignal): Promise<void> {
    const { studio, draft, size } = this.desk;
    this.#moment = null;
    const marks = shotAt(draft.markedShots, time)?.marks ?? [];
    const moment = await studio.moment({ time, size: size(), marks }, { signal, told: (grey) => this.events.onGrey(grey) });
    if (moment) this.events.onMoment(moment);
    else this.events.onNothing();
  }

  async #find(place: { time: number; x: number; y: number }, signal: AbortSignal): Promise<void> {
    const { colors } = await this.desk.studio.likely({ ...place, size: this.desk.size() }, signal);
    if (this.#likely === place) this.#likely = null;
    this.events.onLikely(colors);
  }

  async #match(wish: { time: number; photo: PhotoPixels }, signal: AbortSignal): Promise<void> {
    const { marks } = await this.desk.studio.suggest({ ...wish, size: this.desk.size() }, signal);
    if (this.#suggest === wish) this.#suggest = null;
    this.events.onSuggested(marks);
  }

  async #goOn(time: number, signal: AbortSignal): Promise<void> {
    const following = this.#following;
    const shot = shotAt(this.desk.draft.markedShots, time);
    const followed = shot ? await this.desk.studio.follow({ shot }, signal) : { share: 1, lives: [] };
    following.done = followed.share >= 1;
    this.events.onFollowed(shot?.marks ?? [], followed);
  }
}
