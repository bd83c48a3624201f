/** So many steps can be taken back. */
const MOST = 500;

/** What was, is, and was taken back; its values are never changed themselves. */
export class History<T> {
  #past: T[] = [];
  #future: T[] = [];
  #gesture: string | null = null;

  constructor(private value: T) {}

  get present(): T {
    return this.value;
  }

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  /** A step further. Steps of one gesture that follow each other are one: a mark that is nudged ten times goes back at once. */
  change(next: T, gesture: string | null = null): void {
    if (gesture === null || gesture !== this.#gesture) this.#past.push(this.value);
    if (this.#past.length > MOST) this.#past.shift();
    [this.value, this.#gesture, this.#future] = [next, gesture, []];
  }

  undo(): void {
    if (!this.canUndo) return;
    this.#future.push(this.value);
    [this.value, this.#gesture] = [this.#past.pop()!, null];
  }

  redo(): void {
    if (!this.canRedo) return;
    this.#past.push(this.value);
    [this.value, this.#gesture] = [this.#future.pop()!, null];
  }
}
