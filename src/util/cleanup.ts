/** What was begun, to be undone in reverse. A part that does not stop well does not keep the others from stopping. */
export class Cleanup {
  #steps: (() => unknown)[] = [];

  add(step: () => unknown): void {
    this.#steps.push(step);
  }

  /** Undoing twice does it once. Rejects with all that went wrong, after everything was tried. */
  async run(): Promise<void> {
    const steps = this.#steps.reverse();
    this.#steps = [];
    const errors: unknown[] = [];
    for (const step of steps) {
      try {
        await step();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0)
      throw errors.length === 1 ? errors[0] : new AggregateError(errors, 'could not stop cleanly');
  }
}
