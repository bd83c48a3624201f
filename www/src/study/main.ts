import "../style.css";
import "./study.css";
import { keepPage } from "../offline";
import { element, made } from "../ui/element";
import { csvOf, jsonOf, ratesOf } from "./rates";
import { stimuliOf, trialsOf, type Answer, type Stimulus, type Trial } from "./trials";

/** Where the answers are kept in this browser. */
const KEPT = "chromaflow-study";

type State = "setup" | "question" | "results";

/** What is kept of a study: its questions in their order, and the answers so far. */
interface Study {
  trials: Trial[];
  answers: Answer[];
}

/** The page of the study: a folder, one question after the other, the rates. */
class StudyPage {
  #stimuli: Stimulus[] = [];
  #study: Study = { trials: [], answers: [] };
  #askedAt = 0;
  #addresses: string[] = [];

  begin(): void {
    const folder = element<HTMLInputElement>("folder");
    element("choose-folder").addEventListener("click", () => folder.click());
    element("take-up").addEventListener("click", () => this.#results());
    folder.addEventListener("change", () => this.#open([...(folder.files ?? [])]));
    for (const side of ["left", "right"] as const) element(`choose-${side}`).addEventListener("click", () => this.#answer(side));
    element("replay").addEventListener("click", () => this.#replay());
    element("end").addEventListener("click", () => this.#results());
    element("again").addEventListener("click", () => this.#setup());
    addEventListener("keydown", (event) => this.#key(event));
    this.#setup();
  }

  #setup(): void {
    const kept = localStorage.getItem(KEPT);
    this.#study = kept ? (JSON.parse(kept) as Study) : { trials: [], answers: [] };
    element("take-up").hidden = this.#study.answers.length === 0;
    element("take-up").textContent = this.#unanswered() ? "See the answers so far" : "See the answers of last time";
    this.#show("setup");
  }

  /** Takes a folder: a study that was not ended goes on where its questions are the same. */
  #open(files: File[]): void {
    this.#stimuli = stimuliOf(files);
    const trials = trialsOf(this.#stimuli);
    if (trials.length === 0) return this.#complain(files.length);
    const same = trials.length === this.#study.trials.length && trials.every((trial) => this.#study.trials.some((kept) => sameQuestion(kept, trial)));
    if (!same || !this.#unanswered()) this.#study = { trials, answers: [] };
    this.#ask();
  }

  #complain(files: number): void {
    const alert = element("study-alert");
    alert.hidden = false;
    alert.textContent = files === 0
      ? "This folder is empty. Choose one that holds a folder for each method."
      : "No clip in this folder was coloured by two methods. Put one folder for each method into it, with the same file names in each; your files are untouched.";
  }

  #unanswered(): Trial | null {
    return this.#study.trials[this.#study.answers.length] ?? null;
  }

  #ask(): void {
    const trial = this.#unanswered();
    if (!trial) return this.#results();
    element("question-number").textContent = `Question ${this.#study.answers.length + 1} of ${this.#study.trials.length}`;
    this.#forgetAddresses();
    for (const side of ["left", "right"] as const) this.#put(side, trial);
    this.#show("question");
    this.#replay();
    this.#askedAt = performance.now();
  }

  #put(side: "left" | "right", trial: Trial): void {
    const { file } = this.#stimuli.find(({ clip, method }) => clip === trial.clip && method === trial[side])!;
    const src = URL.createObjectURL(file);
    this.#addresses.push(src);
    const label = side === "left" ? "The left one" : "The right one";
    const shown = /\.(png|jpe?g|webp|avif|gif)$/i.test(file.name)
      ? made("img", { src, alt: label })
      : made("video", { src, muted: true, playsInline: true, loop: true, ariaLabel: label });
    shown.addEventListener("error", () => element(side).replaceChildren(made("p", { textContent: "This browser cannot show this file." })));
    element(side).replaceChildren(shown);
  }

  /** Both from their beginning, together. */
  #replay(): void {
    for (const video of document.querySelectorAll("video")) {
      video.currentTime = 0;
      void video.play().catch(() => undefined); // a file that cannot be played says so in its place
    }
  }

  #answer(side: "left" | "right"): void {
    const trial = this.#unanswered();
    if (!trial) return;
    const seconds = Number(((performance.now() - this.#askedAt) / 1000).toFixed(1));
    this.#study.answers.push({ ...trial, preferred: trial[side], at: new Date().toISOString(), seconds });
    localStorage.setItem(KEPT, JSON.stringify(this.#study));
    this.#ask();
  }

  #results(): void {
    const { answers, trials } = this.#study;
    this.#forgetAddresses();
    element("results-facts").textContent = `${answers.length} of ${trials.length} questions answered`;
    element("rates").replaceChildren(...ratesOf(answers).map((rate) => {
      const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
      const cells = [String(rate.answers), percent(rate.share), rate.interval.map(percent).join(" to ")];
      const name = made("th", { scope: "row", textContent: `${rate.first} over ${rate.second}` });
      return made("tr", {}, name, ...cells.map((textContent) => made("td", { textContent })));
    }));
    this.#offer("save-csv", csvOf(answers), "text/csv");
    this.#offer("save-json", jsonOf(answers), "application/json");
    this.#show("results");
  }

  #offer(id: string, content: string, type: string): void {
    const address = URL.createObjectURL(new Blob([content], { type }));
    this.#addresses.push(address);
    element<HTMLAnchorElement>(id).href = address;
  }

  #forgetAddresses(): void {
    for (const address of this.#addresses) URL.revokeObjectURL(address);
    this.#addresses = [];
  }

  #key({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): void {
    if (element("study").dataset.state !== "question" || ctrlKey || metaKey || altKey) return;
    if (key === "ArrowLeft") this.#answer("left");
    if (key === "ArrowRight") this.#answer("right");
    if (key.toLowerCase() === "r") this.#replay();
  }

  #show(state: State): void {
    element("study-alert").hidden = true;
    element("study").dataset.state = state;
    for (const section of document.querySelectorAll<HTMLElement>("[data-for]")) section.hidden = section.dataset.for !== state;
    document.querySelector<HTMLElement>(`[data-for=${state}] [tabindex="-1"]`)?.focus({ preventScroll: true });
  }
}

/** Whether two trials ask about the same clip and methods, on whichever sides. */
function sameQuestion(one: Trial, other: Trial): boolean {
  const methods = ({ left, right }: Trial) => [left, right].sort().join("\0");
  return one.clip === other.clip && methods(one) === methods(other);
}

new StudyPage().begin();
keepPage();
