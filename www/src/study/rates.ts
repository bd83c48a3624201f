import type { Answer } from "./trials";

/** How often the first of two methods was preferred, with the 95 % interval of that share. */
export interface Rate {
  first: string;
  second: string;
  answers: number;
  preferred: number;
  share: number;
  interval: [low: number, high: number];
}

/** The normal distribution's quantile for 95 %. */
const Z = 1.959964;

/** One rate for each pair of methods that was asked about. */
export function ratesOf(answers: Answer[]): Rate[] {
  const byPair = Map.groupBy(answers, ({ left, right }) => JSON.stringify([left, right].sort()));
  return [...byPair].sort(([one], [other]) => one.localeCompare(other)).map(([pair, given]) => {
    const [first, second] = JSON.parse(pair) as [string, string];
    const preferred = given.filter((answer) => answer.preferred === first).length;
    const share = preferred / given.length;
    return { first, second, answers: given.length, preferred, share, interval: wilson(preferred, given.length) };
  });
}

/** Wilson's score interval of a share (E. B. Wilson 1927), which is right for few answers, too. */
export function wilson(successes: number, trials: number): [low: number, high: number] {
  const share = successes / trials;
  const spread = Z * Math.sqrt((share * (1 - share)) / trials + (Z * Z) / (4 * trials * trials));
  const [centre, scale] = [share + (Z * Z) / (2 * trials), 1 + (Z * Z) / trials];
  return [Math.max(0, (centre - spread) / scale), Math.min(1, (centre + spread) / scale)];
}

/** The answers as a table. */
export function csvOf(answers: Answer[]): string {
  const columns = ["clip", "left", "right", "preferred", "at", "seconds"] as const;
  const cell = (value: string | number) => `"${String(value).replaceAll('"', '""')}"`;
  return [columns.join(), ...answers.map((answer) => columns.map((column) => cell(answer[column])).join())].join("\r\n") + "\r\n";
}

/** The answers and what follows from them. */
export function jsonOf(answers: Answer[]): string {
  return JSON.stringify({ question: "Which is more realistic and coherent?", rates: ratesOf(answers), answers }, null, 2);
}
