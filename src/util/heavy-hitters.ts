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
  /** The value that was added last: values such as a host come in runs. */
  #lastValue: string | undefined;
  #last: Entry | undefined;
  /** All events that were added. */
  total = 0;
  /** The most events that a value that is not held may have had. */
  floor = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(value: string, events = 1, errors = 0): void {
    this.total += events;
    const entry = value === this.#lastValue ? this.#last! : this.#entryOf(value);
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

  #entryOf(value: string): Entry {
    let entry = this.#entries.get(value);
    if (entry === undefined) {
      if (this.#entries.size >= 2 * this.#capacity) this.#forget();
      entry = { events: 0, errors: 0, missed: this.floor };
      this.#entries.set(value, entry);
    }
    this.#lastValue = value;
    this.#last = entry;
    return entry;
  }

  /** Keeps as many of the most frequent values as the capacity; of equally frequent ones those that are held for longer. */
  #forget(): void {
    const entries = this.#entries;
    const numbers = new Float64Array(entries.size);
    let place = 0;
    for (const entry of entries.values()) numbers[place++] = mostOf(entry);
    numbers.sort();
    let kept = numbers.length - this.#capacity;
    const limit = numbers[kept - 1]!;
    while (numbers[kept] === limit) kept += 1;
    let room = this.#capacity - (numbers.length - kept);
    entries.forEach((entry, value) => {
      const most = mostOf(entry);
      if (most > limit) return;
      if (most === limit && room > 0) room -= 1;
      else entries.delete(value);
    });
    this.floor = Math.max(this.floor, limit);
    this.#lastValue = undefined;
    this.#last = undefined;
  }
}

/** The most events that a value may have had. */
const mostOf = ({ events, missed }: Entry) => events + missed;
