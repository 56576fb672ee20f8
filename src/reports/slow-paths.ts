import type { Millis } from '../model.ts';
import type { SlowPath } from './report.ts';

/** Nanoseconds, as `event.duration` has them. */
interface Entry {
  requests: number;
  total: number;
  longest: number;
}

const capacity = 10_000;

/**
 * Durations by path. Of more than 20,000 paths those that took the least time in all are forgotten, and a path that was forgotten
 * begins anew.
 */
export class SlowPaths {
  readonly #entries = new Map<string, Entry>();
  /** Number of times that paths were forgotten. */
  forgotten = 0;

  add(path: string, nanoseconds: number): void {
    let entry = this.#entries.get(path);
    if (entry === undefined) {
      if (this.#entries.size >= 2 * capacity) this.#forget();
      entry = { requests: 0, total: 0, longest: 0 };
      this.#entries.set(path, entry);
    }
    entry.requests += 1;
    entry.total += nanoseconds;
    entry.longest = Math.max(entry.longest, nanoseconds);
  }

  /** The paths with the longest mean duration. */
  top(most: number): SlowPath[] {
    return [...this.#entries]
      .map(([path, { requests, total, longest }]) => ({
        ...{ path, requests, mean: inMillis(total / requests), longest: inMillis(longest) },
      }))
      .sort((one, other) => other.mean - one.mean || (one.path < other.path ? -1 : 1))
      .slice(0, most);
  }

  #forget(): void {
    this.forgotten += 1;
    const ranked = [...this.#entries].sort(([, one], [, other]) => other.total - one.total);
    for (const [path] of ranked.slice(capacity)) this.#entries.delete(path);
  }
}

const inMillis = (nanoseconds: number): Millis => Math.round(nanoseconds / 1e3) / 1e3;
