import { plural } from "./measure";

/** What the study's script says; study.html has what never changes. */
export const studyWords = {
  question: "Which one is more realistic and coherent?",
  ready: (methods: string[], clips: number, pairs: number) =>
    `${methods.join(", ")}: ${plural(clips, "clip")}, ${plural(pairs, "pair")} to compare`,
  incomplete: (clip: string) => `“${clip}” is left out: not every method has it.`,
  stopped: (participant: string, answers: number, trials: number) => `${participant} stopped at ${answers} of ${trials}.`,
  trial: (at: number, trials: number) => `Pair ${at} of ${trials}`,
  answers: (answers: number, participants: number, clips: number) =>
    `${plural(answers, "answer")} of ${plural(participants, "participant")}, ${plural(clips, "clip")}`,
  chosen: (chosen: number, trials: number) => `${chosen} of ${trials}`,
  percent: (share: number) => `${(100 * share).toFixed(1)} %`,
  interval: ([from, to]: [number, number]): string => `${studyWords.percent(from)} to ${studyWords.percent(to)}`,
  forget: "Delete all answers to this study from this browser? They cannot be brought back.",
  // what goes wrong
  tooFewMethods: (methods: string[]) => "A study needs at least two folders with clips in them, one for each method; this folder has "
    + `${methods.length === 1 ? `only “${methods[0]}”` : "none"}. Nothing was changed: choose the folder that holds all methods.`,
  nothingShared: "No clip has the same name in every method's folder, so there is nothing to compare. Nothing was changed: "
    + "give the clips of one content the same name, then choose the folder again.",
  unreadable: "This folder could not be read. Nothing was changed: look whether it is still there, then choose it again.",
  notKept: "This browser keeps nothing for this page. The answers are here until you close it: save them before that.",
  unplayable: (method: string, clip: string) => `This browser cannot play ${method}/${clip}; the pair was left out, all answers are kept. `
    + "Save the clip as H.264 in MP4 or as VP9 in WebM to have it in the study.",
};
