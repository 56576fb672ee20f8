/**
 * Runs a cycle when asked, never two at a time. Between asking and running lies one turn of the event loop, so
 * that all that arrives in a turn, or while a cycle runs, shares the next one: that is the group in group commit.
 */
export class CommitLoop {
  readonly #cycle: () => Promise<void>;
  #asked = false;
  #running: Promise<void> | undefined;

  /** The cycle must not reject. */
  constructor(cycle: () => Promise<void>) {
    this.#cycle = cycle;
  }

  request(): void {
    this.#asked = true;
    this.#running ??= this.#run();
  }

  /** Resolves when nothing that was asked for is left. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#asked) {
      await new Promise(setImmediate);
      this.#asked = false;
      await this.#cycle();
    }
    this.#running = undefined;
  }
}
