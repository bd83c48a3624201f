/** A file of the study: the clip's name, and the method that coloured it. */
export interface Stimulus {
  clip: string;
  method: string;
  file: File;
}

/** One question: a clip by two methods, and which of them stands left. */
export interface Trial {
  clip: string;
  left: string;
  right: string;
}

/** An answer to a trial. */
export interface Answer extends Trial {
  preferred: string;
  /** When it was given, as an ISO date, and how long it took. */
  at: string;
  seconds: number;
}

const SHOWN = /\.(mp4|webm|mov|m4v|mkv|ogv|png|jpe?g|webp|avif|gif)$/i;

/** The stimuli in a folder: `anything/METHOD/CLIP`. A clip's name is that of its file, whatever its extension. */
export function stimuliOf(files: File[]): Stimulus[] {
  return files.filter(({ name }) => SHOWN.test(name)).flatMap((file) => {
    const method = file.webkitRelativePath.split("/").at(-2);
    return method ? [{ method, clip: file.name.replace(SHOWN, ""), file }] : [];
  });
}

/** Every pair of methods on every clip that both have, in random order, each method on a random side. */
export function trialsOf(stimuli: Stimulus[], random: () => number = Math.random): Trial[] {
  const byClip = Map.groupBy(stimuli, ({ clip }) => clip);
  const trials = [...byClip].flatMap(([clip, shown]) => {
    const methods = [...new Set(shown.map(({ method }) => method))].sort();
    return pairsOf(methods).map((pair) => {
      const [left, right] = random() < 0.5 ? pair : [pair[1], pair[0]];
      return { clip, left, right };
    });
  });
  return shuffled(trials, random);
}

function pairsOf(methods: string[]): [string, string][] {
  return methods.flatMap((one, at) => methods.slice(at + 1).map((other): [string, string] => [one, other]));
}

/** Fisher and Yates' shuffle. */
function shuffled<T>(items: T[], random: () => number): T[] {
  const order = [...items];
  for (let at = order.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  return order;
}
