/** Folder of all runs in the browser's private file system; each run has a folder of its own in it, named by its id. */
export const FOLDER = "chromaflow";

/** What this tab holds. */
const held = new Set<string>();

/** A run is held by a lock of this name for as long as its tab lives: a run that nobody holds was broken off. */
export function lockOf(run: string): string {
  return `${FOLDER}/${run}`;
}

/** Holds a run until this tab is gone; false where another tab has it. Only the page may hold: workers come and go. */
export async function holdRun(run: string): Promise<boolean> {
  if (held.has(run)) return true;
  const got = await new Promise<boolean>((answer) => {
    void navigator.locks.request(lockOf(run), { ifAvailable: true }, (lock) => {
      answer(lock !== null);
      return lock ? new Promise<never>(() => {}) : undefined;
    });
  });
  if (got) held.add(run);
  return got;
}
