import { element, made } from "../ui/element";
import { plural } from "../ui/words";
import { preferences } from "./preference";
import { asCsv, asJson } from "./record";
import type { Session } from "./session";

/** Fills the table of preferences and the files to save. */
export function showResults(sessions: Session[], methods: string[], clips: string[]): void {
  const answers = sessions.reduce((sum, session) => sum + session.answers.length, 0);
  element("results-facts").textContent =
    `${plural(answers, "answer")} of ${plural(sessions.length, "participant")}, ${plural(clips.length, "clip")}`;
  element("preferences").replaceChildren(...preferences(sessions, methods).map(({ method, other, chosen, trials, rate, interval }) =>
    made("tr", {}, ...[method, other, `${chosen} of ${trials}`, percent(rate), `${percent(interval[0])} to ${percent(interval[1])}`]
      .map((textContent) => made("td", { textContent })))));
  offer("save-csv", asCsv(sessions), "text/csv");
  offer("save-json", asJson(sessions, methods, clips), "application/json");
}

function offer(id: string, text: string, type: string): void {
  const link = element<HTMLAnchorElement>(id);
  URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([text], { type }));
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
