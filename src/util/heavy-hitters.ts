/** A frequent value. Its real number of events lies between `events` and `events + missed`. */
interface Hitter {
  value: string;
  events: number;
  errors: number;
  /** The most events that were not counted, because the value was forgotten before. 0: the number is exact. */
  missed: number;
}

type Entry = Omit<Hitter, 'value'>;

/**
 * Counts the most frequent values of a stream in bounded memory. It holds at most twice `capacity` values; when it is full, the
 * rarer half is forgotten (a Space-Saving summary that forgets in batches). Every value with more than `total / capacity`
 * events is held, and `missed` is never more than that. Up to `capacity` different values, all numbers are exact.
 */
export class HeavyHitters {
  readonly #capacity: number;
  readonly #entries = new Map<string, Entry>();
  /** All events that were added. */
  total = 0;
  /** The most events that a value that is not held may have had. */
  floor = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(value: string, events = 1, errors = 0): void {
    this.total += events;
    let entry = this.#entries.get(value);
    if (entry === undefined) {
      if (this.#entries.size >= 2 * this.#capacity) this.#forget();
      entry = { events: 0, errors: 0, missed: this.floor };
      this.#entries.set(value, entry);
    }
    entry.events += events;
    entry.errors += errors;
  }

  get(value: string): Readonly<Entry> | undefined {
    return this.#entries.get(value);
  }

  get values(): Iterable<string> {
    return this.#entries.keys();
  }

  /** The most frequent values first; equally frequent ones in the order of their names. */
  top(most: number): Hitter[] {
    return [...this.#entries]
      .map(([value, entry]) => ({ value, ...entry }))
      .sort((a, b) => b.events - a.events || (a.value < b.value ? -1 : 1))
      .slice(0, most);
  }

  #forget(): void {
    const most = ({ events, missed }: Entry) => events + missed;
    const ranked = [...this.#entries].sort(([, a], [, b]) => most(b) - most(a));
    const rarer = ranked.slice(this.#capacity);
    this.floor = Math.max(this.floor, most(rarer[0]![1]));
    for (const [value] of rarer) this.#entries.delete(value);
  }
}
