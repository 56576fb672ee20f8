import { readFileSync } from 'node:fs';
import { isObject } from '../events/index.ts';
import type { Millis } from '../model.ts';
import { writeWhole } from '../util/files.ts';

/** Ends of the intervals whose reports were handed over last, by name: a JSON object in the data folder. */
export class ReportState {
  readonly #path: string;
  readonly #ends: Record<string, Millis>;

  constructor(path: string) {
    this.#path = path;
    this.#ends = read(path);
  }

  endOf(name: string): Millis | undefined {
    return Object.hasOwn(this.#ends, name) ? this.#ends[name] : undefined;
  }

  /** Throws where the disk refuses it; then nothing has changed. */
  advance(name: string, end: Millis): void {
    writeWhole(this.#path, JSON.stringify({ ...this.#ends, [name]: end }));
    this.#ends[name] = end;
  }
}

/** A file that is not there, or broken, counts as empty: each report begins with the interval under way. */
function read(path: string): Record<string, Millis> {
  try {
    const found: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (!isObject(found)) return {};
    return Object.fromEntries(Object.entries(found).filter(([, end]) => Number.isFinite(end))) as Record<
      string,
      Millis
    >;
  } catch {
    return {};
  }
}
