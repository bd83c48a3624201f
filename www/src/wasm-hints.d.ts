import type { Candidate, Hint, LumaFrame, Place, Tracked } from "../wasm/chromaflow.js";
declare module "../wasm/chromaflow.js" {
  interface Hint { x: number; y: number; radius: number; color: [number, number]; strength: number; distance: number }
  interface Place { id: number; x: number; y: number }
  interface Tracked { id: number; x: number; y: number; visible: boolean }
  interface Engine {
    preview(frame: LumaFrame, size: number, hints: Hint[]): Promise<{ candidates: Candidate[] }>;
    push(frame: LumaFrame, withMotion: boolean, hints: Hint[]): Promise<FinishedFrame[]>;
    likelyColors(frame: LumaFrame, size: number, x: number, y: number): Promise<[number, number][]>;
    startTracking(): void;
    track(frame: LumaFrame, fresh: Place[]): Promise<Tracked[]>;
  }
}
