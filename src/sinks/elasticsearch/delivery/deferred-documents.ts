import type { Millis } from '../../../model.ts';

/**
 * Counts documents that wait although the server answers: their index is read-only, red or overloaded, or a privilege is missing.
 * Each holder is one bulk request in delivery, and reports how many of its documents wait at present.
 */
export class DeferredDocuments {
  readonly #now: () => Millis;
  readonly #report: (count: number) => void;
  readonly #held = new Map<object, number>();
  #reason: string | undefined;
  #since: Millis | undefined;

  constructor(now: () => Millis, report: (count: number) => void) {
    this.#now = now;
    this.#report = report;
  }

  get count(): number {
    return [...this.#held.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Why the latest documents were deferred; undefined while none are. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** Since when there have been deferred documents without a break. */
  get since(): Millis | undefined {
    return this.#since;
  }

  hold(holder: object, count: number, reason: string): void {
    this.#held.set(holder, count);
    this.#reason = reason;
    this.#since ??= this.#now();
    this.#report(this.count);
  }

  release(holder: object): void {
    if (!this.#held.delete(holder)) return;
    if (this.#held.size === 0) {
      this.#reason = undefined;
      this.#since = undefined;
    }
    this.#report(this.count);
  }
}
