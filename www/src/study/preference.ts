import type { Answer, Session } from "./session";

/** How often `method` was chosen over `other`. */
export interface Preference {
  method: string;
  other: string;
  chosen: number;
  trials: number;
  /** 0 to 1. */
  rate: number;
  /** 95 % interval of the rate. */
  interval: [number, number];
}

/** The 97.5 % quantile of the normal distribution. */
const Z = 1.959963984540054;

/** E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927: holds near 0 and 1 too. */
export function wilsonInterval(chosen: number, trials: number): [number, number] {
  const rate = chosen / trials;
  const spread = Z * Math.sqrt((rate * (1 - rate)) / trials + (Z / (2 * trials)) ** 2);
  const scale = 1 / (1 + Z ** 2 / trials);
  const centre = rate + Z ** 2 / (2 * trials);
  return [Math.max(0, scale * (centre - spread)), Math.min(1, scale * (centre + spread))];
}

/** One row for each pair of methods that has answers, the method that was preferred first. */
export function preferences(sessions: Session[], methods: string[]): Preference[] {
  const answers = sessions.flatMap((session) => session.answers);
  const pairs = methods.flatMap((one, i) => methods.slice(i + 1).map((other) => [one, other] as const));
  return pairs.flatMap(([one, other]) => {
    const between = answers.filter(({ left, right }) => [left, right].includes(one) && [left, right].includes(other));
    if (between.length === 0) return [];
    const wins = between.filter(({ chosen }) => chosen === one).length;
    return [2 * wins >= between.length ? row(one, other, wins, between) : row(other, one, between.length - wins, between)];
  });
}

function row(method: string, other: string, chosen: number, between: Answer[]): Preference {
  const trials = between.length;
  return { method, other, chosen, trials, rate: chosen / trials, interval: wilsonInterval(chosen, trials) };
}
