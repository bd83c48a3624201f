import { element, made } from "../ui/element";
import { studyWords } from "../words/study";
import { preferences } from "./preference";
import { asCsv, asJson } from "./record";
import type { Session } from "./session";

/** Fills the table of preferences and the files to save. */
export function showResults(sessions: Session[], methods: string[], clips: string[]): void {
  const answers = sessions.reduce((sum, session) => sum + session.answers.length, 0);
  element("results-facts").textContent = studyWords.answers(answers, sessions.length, clips.length);
  element("preferences").replaceChildren(...preferences(sessions, methods).map(({ method, other, chosen, trials, rate, interval }) =>
    made("tr", {}, ...[method, other, studyWords.chosen(chosen, trials), studyWords.percent(rate), studyWords.interval(interval)]
      .map((textContent) => made("td", { textContent })))));
  offer("save-csv", asCsv(sessions), "text/csv");
  offer("save-json", asJson(sessions, methods, clips), "application/json");
}

function offer(id: string, text: string, type: string): void {
  const link = element<HTMLAnchorElement>(id);
  URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([text], { type }));
}
