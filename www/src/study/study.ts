import { element, made } from "../ui/element";
import { studyWords } from "../words/study";
import { exhibitsOf, foundInDrop, foundInInput, type Exhibits, type Found } from "./folder";
import { showResults } from "./results";
import { drawTrials, Sessions, type Answer, type Session, type Trial } from "./session";
import { TrialView, type Side } from "./trial";

type State = "setup" | "ready" | "trial" | "results";

/** The perceptual study (paper, section 4.2, table 1): pairs of colourings, one question, and how often which was preferred. */
export class Study {
  readonly #view = new TrialView({
    onAnswer: (answer) => this.#answered(answer),
    onUnplayable: (trial, side) => this.#unplayable(trial, side),
  });
  #exhibits: Exhibits | null = null;
  #sessions: Sessions | null = null;
  #session: Session | null = null;

  /** Connects the page. */
  begin(): void {
    const input = element<HTMLInputElement>("study-folder");
    element("study-choose").addEventListener("click", () => input.click());
    input.addEventListener("change", () => void this.#receive(async () => foundInInput(input.files!)));
    this.#hearDrops();
    element("study-start").addEventListener("submit", (event) => this.#start(event));
    element("replay").addEventListener("click", () => this.#view.replay());
    element("undo").addEventListener("click", () => this.#undo());
    element("stop").addEventListener("click", () => this.#show("results"));
    element("study-results").addEventListener("click", () => this.#show("results"));
    element("next-participant").addEventListener("click", () => this.#show("ready"));
    element("forget").addEventListener("click", () => this.#forget());
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  #hearDrops(): void {
    const veil = (shown: boolean) => element("drop-veil").classList.toggle("shown", shown);
    addEventListener("dragover", (event) => (event.preventDefault(), veil(true)));
    addEventListener("dragleave", (event) => event.relatedTarget === null && veil(false));
    addEventListener("drop", (event) => {
      event.preventDefault();
      veil(false);
      const items = event.dataTransfer?.items;
      if (items) void this.#receive(() => foundInDrop(items));
    });
  }

  /** On a folder that holds no study, everything stays as it was. */
  async #receive(find: () => Promise<Found[]>): Promise<void> {
    try {
      this.#exhibits = exhibitsOf(await find());
    } catch (error) {
      return this.#problem(error instanceof Error ? error.message : studyWords.unreadable);
    }
    const { methods, clips } = this.#exhibits;
    this.#sessions = new Sessions(methods, clips);
    this.#show("ready");
  }

  #describe({ methods, clips, incomplete }: Exhibits): void {
    const pairs = (methods.length * (methods.length - 1)) / 2;
    element("ready-facts").textContent = studyWords.ready(methods, clips.length, pairs * clips.length);
    const notes = incomplete.map(studyWords.incomplete);
    const begun = this.#sessions!.all.filter(({ answers, trials }) => answers.length < trials.length);
    notes.push(...begun.map(({ participant, answers, trials }) => studyWords.stopped(participant, answers.length, trials.length)));
    element("ready-notes").replaceChildren(...notes.map((text) => made("li", { textContent: text })));
    element("study-results").hidden = this.#sessions!.all.length === 0;
  }

  #start(event: Event): void {
    event.preventDefault();
    const participant = element<HTMLInputElement>("participant").value.trim();
    if (!participant || !this.#exhibits || !this.#sessions) return;
    const { methods, clips } = this.#exhibits;
    this.#session = this.#sessions.of(participant, () => drawTrials(methods, clips));
    element<HTMLInputElement>("participant").value = "";
    this.#next();
  }

  /** Shows the first pair without an answer, or the results after the last. */
  #next(): void {
    const { trials, answers } = this.#session!;
    const trial = trials[answers.length];
    if (!trial) return this.#show("results");
    element("trial-count").textContent = studyWords.trial(answers.length + 1, trials.length);
    element<HTMLButtonElement>("undo").disabled = answers.length === 0;
    this.#show("trial");
    const file = (side: Side) => this.#exhibits!.fileOf(trial[side], trial.clip);
    this.#view.show(trial, { left: file("left"), right: file("right") });
  }

  #answered(answer: Answer): void {
    this.#session!.answers.push(answer);
    this.#next();
    this.#keep();
  }

  #undo(): void {
    this.#session!.answers.pop();
    this.#next();
    this.#keep();
  }

  /** Answers live in this page until it is closed, even where the browser keeps nothing. */
  #keep(): void {
    try {
      this.#sessions!.keep();
    } catch {
      this.#problem(studyWords.notKept);
    }
  }

  /** The pair is taken out of this participant's list, so that the others can be answered. */
  #unplayable(trial: Trial, side: Side): void {
    this.#session!.trials.splice(this.#session!.answers.length, 1);
    this.#view.clear();
    this.#next();
    this.#problem(studyWords.unplayable(trial[side], trial.clip));
  }

  #forget(): void {
    if (!confirm(studyWords.forget)) return;
    this.#sessions!.forget();
    this.#show("ready");
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || element("study").dataset["state"] !== "trial") return;
    if (event.key === "ArrowLeft") this.#view.choose("left");
    if (event.key === "ArrowRight") this.#view.choose("right");
    if (event.key.toLowerCase() === "r") this.#view.replay();
  }

  #show(state: State): void {
    this.#problem("");
    if (state !== "trial") this.#view.clear();
    if (state === "ready") this.#describe(this.#exhibits!);
    if (state === "results") showResults(this.#sessions!.all, this.#exhibits!.methods, this.#exhibits!.clips);
    const changed = element("study").dataset["state"] !== state;
    element("study").dataset["state"] = state;
    for (const section of document.querySelectorAll<HTMLElement>("[data-for]")) section.hidden = section.dataset["for"] !== state;
    if (changed) element(`${state}-title`).focus();
  }

  #problem(text: string): void {
    element("study-problem").textContent = text;
    element("study-problem").hidden = text === "";
  }
}
