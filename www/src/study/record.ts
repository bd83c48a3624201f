import { studyWords } from "../words/study";
import { preferences } from "./preference";
import type { Session } from "./session";

const COLUMNS = ["participant", "clip", "left", "right", "chosen", "plays", "seconds", "at"] as const;

/** All answers, one a line (RFC 4180). */
export function asCsv(sessions: Session[]): string {
  const rows = sessions.flatMap(({ participant, answers }) => answers.map((answer) => ({ participant, ...answer })));
  return [COLUMNS.join(","), ...rows.map((row) => COLUMNS.map((column) => cell(row[column])).join(","))].join("\r\n") + "\r\n";
}

/** Everything: what was shown, what was answered, and the rates. */
export function asJson(sessions: Session[], methods: string[], clips: string[]): string {
  return JSON.stringify({ question: studyWords.question, methods, clips,
    preferences: preferences(sessions, methods), sessions }, null, 2);
}

function cell(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
