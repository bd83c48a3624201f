/** A piece of a track on its way, and how it is written. */
export interface Piece {
  timestamp: number;
  write(): Promise<void>;
}

/** Tracks beside the picture may run this far ahead of it in a file, in seconds. */
export const AHEAD = 0.5;

/** A track that follows another, piece by piece, so that neither waits in memory for the other. */
export class Follower {
  #next: Piece | null = null;
  #done = false;

  constructor(private readonly pieces: AsyncGenerator<Piece, void, unknown>) {}

  /** Writes what begins up to a time. */
  async until(seconds: number): Promise<void> {
    while (!this.#done) {
      const piece = (this.#next ??= (await this.pieces.next()).value ?? null);
      if (!piece) return this.stop();
      if (piece.timestamp > seconds) return;
      this.#next = null;
      await piece.write();
    }
  }

  /** Stops reading; nothing more is written. */
  async stop(): Promise<void> {
    this.#done = true;
    await this.pieces.return();
  }
}
