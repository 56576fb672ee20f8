import type { LogEvent, Millis, Output, Scalar } from '../model.ts';
import type { Key } from '../rules/kql/keys.ts';
import { numberOf } from '../rules/kql/typed-fields.ts';
import type { Run } from '../rules/run/run.ts';

/** Places of runs, in no order, by a value of one field that they ask for. */
interface Index {
  field: string;
  places: Map<Scalar, number[]>;
}

/** A field is read for the index where it spares that many rules their own reading of it. */
const worthReading = 3;

/**
 * Which rules an event may concern. Rules that cannot match unless some field has a certain value are looked up by that
 * value, so that an event costs nothing for the many rules that are about others. It only leaves out: the rule's own
 * filter decides. Runs come in the order in which they were given.
 */
export class Dispatch {
  readonly #runs: readonly Run[];
  readonly #indexes: Index[] = [];
  /** Runs that every event has to be shown to: all that are in no index. */
  readonly #always: readonly Run[];
  /** One bit for each run, by place: the runs to be shown the present event. */
  readonly #bits: Uint32Array;
  readonly #alwaysBits: Uint32Array;
  readonly #found: Run[] = [];

  constructor(runs: readonly Run[]) {
    this.#runs = runs;
    this.#bits = new Uint32Array((runs.length + 31) >>> 5);
    const keys = chosenKeys(runs.map((run) => run.keys ?? []));
    this.#always = runs.filter((_, place) => keys[place] === undefined);
    keys.forEach((list, place) => {
      if (list === undefined) this.#mark(place);
      else for (const key of list) this.#enter(key, place);
    });
    this.#alwaysBits = this.#bits.slice();
  }

  /** Valid until the next call. */
  runsFor(event: LogEvent): readonly Run[] {
    if (this.#indexes.length === 0) return this.#runs;
    let marked = false;
    for (const { field, places } of this.#indexes) {
      const value = event.get(field);
      if (value === undefined) continue;
      if (Array.isArray(value)) for (const one of value) marked = this.#markAll(places.get(one)) || marked;
      else marked = this.#markAll(places.get(value)) || marked;
    }
    return marked ? this.#marked() : this.#always;
  }

  #enter({ field, value }: Key, place: number): void {
    let index = this.#indexes.find((known) => known.field === field);
    if (index === undefined) {
      index = { field, places: new Map() };
      this.#indexes.push(index);
    }
    for (const form of formsOf(value)) {
      const places = index.places.get(form);
      if (places === undefined) index.places.set(form, [place]);
      else if (places.at(-1) !== place) places.push(place);
    }
  }

  #mark(place: number): void {
    this.#bits[place >>> 5]! |= 1 << (place & 31);
  }

  #markAll(places: number[] | undefined): boolean {
    if (places === undefined) return false;
    for (const place of places) this.#mark(place);
    return true;
  }

  /** Those marked, in order; the marks are set back for the next event. */
  #marked(): readonly Run[] {
    const found = this.#found;
    found.length = 0;
    for (let word = 0; word < this.#bits.length; word += 1) {
      for (let rest = this.#bits[word]!; rest !== 0; rest &= rest - 1)
        found.push(this.#runs[(word << 5) | (31 - Math.clz32(rest & -rest))]!);
      this.#bits[word] = this.#alwaysBits[word]!;
    }
    return found;
  }
}

type Keys = readonly Key[];

/** The list of keys by which each run is looked up; undefined for those that are not. */
function chosenKeys(lists: readonly (readonly Keys[])[]): (Keys | undefined)[] {
  const fields = counted(lists.map((all) => all.flat().map(({ field }) => field)));
  const keys = counted(lists.map((all) => all.flat().map(nameOf)));
  // What is shared with the fewest others leaves out most.
  const cost = (list: Keys) => list.reduce((sum, key) => sum + keys.get(nameOf(key))!, 0);
  return lists.map((all) => {
    const worthIt = all.filter((list) => list.every(({ field }) => fields.get(field)! >= worthReading));
    return worthIt.sort((a, b) => cost(a) - cost(b))[0];
  });
}

const nameOf = ({ field, value }: Key) => JSON.stringify([field, value]);

/** In how many of the lists a name is. */
function counted(lists: readonly string[][]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const list of lists) for (const name of new Set(list)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** All values of a field that are equal to what a query says, as `field : value` compares them. */
function formsOf(value: string): Scalar[] {
  const number = numberOf(value);
  if (number !== undefined) return [value, number];
  return value === 'true' || value === 'false' ? [value, value === 'true'] : [value];
}

/** Of this many events one is timed. */
const eventsPerSample = 16;

/**
 * Measures the time that each run takes: of a sample of the events, and of every advance that closes windows. Without a clock it measures
 * nothing. What it measures has no influence on what runs do.
 */
export class RunMeter {
  readonly #now: (() => Millis) | undefined;
  readonly #costs = new WeakMap<Run, Millis>();
  #events = 0;
  #isSampling = false;

  /** `now`: a clock with fractions of milliseconds. */
  constructor(now?: () => Millis) {
    this.#now = now;
  }

  /** The next event begins. */
  nextEvent(): void {
    if (this.#now === undefined) return;
    this.#events += 1;
    this.#isSampling = this.#events % eventsPerSample === 0;
  }

  add(run: Run, event: LogEvent, outputs: Output[], inOrder: boolean): void {
    const begin = this.#isSampling ? this.#now!() : undefined;
    run.add(event, outputs, inOrder);
    if (begin !== undefined) this.#took(run, (this.#now!() - begin) * eventsPerSample);
  }

  advance(run: Run, now: Millis, outputs: Output[]): void {
    const begin = this.#now?.();
    run.advance(now, outputs);
    if (begin !== undefined) this.#took(run, this.#now!() - begin);
  }

  /** The time that the run took since its start, estimated from the sample. */
  costOf(run: Run): Millis {
    return this.#costs.get(run) ?? 0;
  }

  #took(run: Run, time: Millis): void {
    this.#costs.set(run, this.costOf(run) + time);
  }
}
