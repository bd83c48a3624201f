import type { Draft } from "../../draft";
import { History } from "../../marks/history";
import { nextId, shotAt, withMark, type Chroma, type Mark, type MarkedPlace } from "../../marks/mark";

/** The marks of a clip, as the visitor changes them step by step. */
export class Marking {
  readonly #history: History<readonly Mark[]>;

  /** `onChange` is called after every step. */
  constructor(private readonly draft: Draft, private readonly onChange: () => void) {
    this.#history = draft.history ??= new History(draft.marks);
  }

  get all(): readonly Mark[] {
    return this.#history.present;
  }

  /** Those of the shot that a time lies in. */
  at(time: number): Mark[] {
    return shotAt(this.draft.markedShots, time)?.marks ?? [];
  }

  of(id: number): Mark | undefined {
    return this.all.find((mark) => mark.id === id);
  }

  get canUndo(): boolean {
    return this.#history.canUndo;
  }

  get canRedo(): boolean {
    return this.#history.canRedo;
  }

  /** Gives places of a frame a color: a new mark, or another color for one that there is. Gives its number. */
  color(id: number | null, time: number, places: MarkedPlace[], color: Chroma, gesture: string | null): number {
    const known = id === null ? undefined : this.of(id);
    const mark = known ? { ...known, color } : { id: nextId(this.all), time, color, strength: 1, places };
    this.#step(withMark(this.all, mark), gesture);
    return mark.id;
  }

  /** A mark lies elsewhere in a frame. If that is another than its own it is given anew there, where the visitor has seen where it belongs. */
  place(mark: Mark, time: number, places: MarkedPlace[], gesture: string | null): void {
    this.#step(withMark(this.all, { ...mark, time, places }), gesture);
  }

  remove(id: number): void {
    this.#step(this.all.filter((mark) => mark.id !== id));
  }

  clear(): void {
    this.#step([]);
  }

  /** Takes over marks from elsewhere, in one step. */
  add(marks: Omit<Mark, "id">[]): void {
    const first = nextId(this.all);
    if (marks.length > 0) this.#step([...this.all, ...marks.map((mark, at) => ({ ...mark, id: first + at }))]);
  }

  undo(): void {
    this.#history.undo();
    this.#changed();
  }

  redo(): void {
    this.#history.redo();
    this.#changed();
  }

  #step(marks: readonly Mark[], gesture: string | null = null): void {
    this.#history.change(marks, gesture);
    this.#changed();
  }

  #changed(): void {
    this.draft.marks = this.all;
    this.onChange();
  }
}
