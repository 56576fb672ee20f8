/** Wakes a loop that waits for something to do. A wake-up that comes before the wait is not lost. */
export class Signal {
  #raised = false;
  #waiter: (() => void) | undefined;

  raise(): void {
    this.#raised = true;
    this.#waiter?.();
  }

  async wait(): Promise<void> {
    if (!this.#raised) {
      await new Promise<void>((resolve) => {
        this.#waiter = resolve;
      });
    }
    this.#raised = false;
    this.#waiter = undefined;
  }
}
