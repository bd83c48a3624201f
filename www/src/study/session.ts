/** One question: a clip by two methods, and which stands on which side. */
export interface Trial {
  clip: string;
  left: string;
  right: string;
}

/** What was answered to a trial. */
export interface Answer extends Trial {
  chosen: string;
  /** How often both were played, the first time included. */
  plays: number;
  /** From the first picture to the answer. */
  seconds: number;
  /** When, as ISO 8601. */
  at: string;
}

/** One participant's way through the study. */
export interface Session {
  participant: string;
  trials: Trial[];
  answers: Answer[];
}

/** Every pair of methods on every clip, in random order, each with random sides. */
export function drawTrials(methods: string[], clips: string[]): Trial[] {
  const pairs = methods.flatMap((one, i) => methods.slice(i + 1).map((other) => [one, other] as const));
  const trials = clips.flatMap((clip) =>
    pairs.map(([one, other]) => (drawBelow(2) === 0 ? { clip, left: one, right: other } : { clip, left: other, right: one })));
  for (let i = trials.length - 1; i > 0; i--) {
    const j = drawBelow(i + 1);
    [trials[i], trials[j]] = [trials[j]!, trials[i]!];
  }
  return trials;
}

/** A whole number below `bound`, every one as likely: draws that would favour the small ones are thrown away. */
function drawBelow(bound: number): number {
  const fair = Math.floor(2 ** 32 / bound) * bound;
  for (;;) {
    const drawn = crypto.getRandomValues(new Uint32Array(1))[0]!;
    if (drawn < fair) return drawn % bound;
  }
}

/** The sessions of one study, kept in the browser under the methods' and clips' names. */
export class Sessions {
  readonly all: Session[];
  readonly #key: string;

  constructor(methods: string[], clips: string[]) {
    this.#key = `chromaflow-study ${JSON.stringify([methods, clips])}`;
    this.all = JSON.parse(localStorage.getItem(this.#key) ?? "[]") as Session[];
  }

  /** The participant's session: the one begun earlier, or a new one of `trials`. */
  of(participant: string, trials: () => Trial[]): Session {
    const begun = this.all.find((session) => session.participant === participant);
    if (begun) return begun;
    const session = { participant, trials: trials(), answers: [] };
    this.all.push(session);
    return session;
  }

  /** Keeps everything as it is now. Throws where the browser has no room or keeps nothing. */
  keep(): void {
    localStorage.setItem(this.#key, JSON.stringify(this.all));
  }

  forget(): void {
    this.all.length = 0;
    localStorage.removeItem(this.#key);
  }
}
