import * as z from 'zod';
import type { Millis } from '../model.ts';
import type { SourceCounts, SourceProblemKind } from '../telemetry/components/sources.ts';
import { number, objectOf } from '../util/snapshot.ts';
import { detached } from '../util/text.ts';
import { Offsets, type OffsetsState } from './offsets.ts';
import { addCounts, isOver, newPeriod, noCounts, type Period, recentOf } from './period.ts';

/** What a source is judged by: an event as it was read, and what became of it. */
export interface SeenEvent {
  /** Event time, and what the event states. They differ where it is ahead. */
  readonly time: Millis;
  readonly statedTime: Millis;
  readonly timeSource: 'line' | 'sender' | 'receipt';
  readonly isAhead: boolean;
  readonly receivedAt: Millis;
  readonly message: string;
  readonly parseFailure: string | undefined;
  choice(): { format: { readonly name: string } | undefined; failure: string | undefined };
  get(field: string): unknown;
  readonly batch: { readonly origin: { readonly input: string } };
}

/**
 * Lines that are read to their ends to see whether they can be: so many at first, so many after one that cannot, and otherwise one
 * in so many. To read a line to its end costs as much as all else.
 */
const readAtFirst = 100;
const readAfterFailure = 1_000;
const readOneIn = 64;
/** Characters of a line that are kept as an example. */
const longestExample = 300;
const mostFormats = 8;
/** Beyond so many lines the older ones count half, so that a file that changes its format is recognised anew. */
const weighed = 2_000;
/** Lines from which on a format counts as recognised. */
const fewest = 10;

/** Disk format of one source. */
export interface SourceRecordState {
  key: string;
  name: string;
  input: string;
  seen: [first: Millis, last: Millis, newest: Millis];
  total: SourceCounts;
  present: Period;
  before?: Period | undefined;
  offsets: OffsetsState;
  formats: [name: string, lines: number][];
  readUntil: number;
  example?: { line: string; reason: string } | undefined;
  problems: [kind: SourceProblemKind, since: Millis][];
  /** The format that the log named last. */
  reported?: string | undefined;
}

const counts = objectOf<SourceCounts>({
  events: number,
  late: number,
  lost: number,
  ahead: number,
  untimed: number,
  unparsed: number,
});
const period = objectOf<Period>({ since: number, counts, lateBy: number });
export const sourceRecordState: z.ZodType<SourceRecordState> = objectOf<SourceRecordState>({
  key: z.string(),
  name: z.string(),
  input: z.string(),
  seen: z.tuple([number, number, number]),
  total: counts,
  present: period,
  before: period.optional(),
  offsets: z.tuple([number, z.array(number)]),
  formats: z.array(z.tuple([z.string(), number])),
  readUntil: number,
  example: objectOf<{ line: string; reason: string }>({ line: z.string(), reason: z.string() }).optional(),
  problems: z.array(z.tuple([z.enum(['clock', 'late', 'unparsed']), number])),
  reported: z.string().optional(),
});

/** What is known of one source. Times are receipt times. */
export class SourceRecord {
  readonly key: string;
  readonly name: string;
  readonly input: string;
  readonly firstSeen: Millis;
  lastSeen: Millis;
  newest: Millis = Number.NEGATIVE_INFINITY;
  total: SourceCounts = noCounts();
  readonly offsets = new Offsets();
  example: { line: string; reason: string } | undefined;
  /** When each problem that it has began, by the wall clock. */
  problems = new Map<SourceProblemKind, Millis>();
  reported: string | undefined;
  #present: Period;
  #before: Period | undefined;
  /** Lines of each format; the empty name: of none. */
  #formats = new Map<string, { lines: number }>();
  #lines = 0;
  /** The number of the event up to which lines are read to their ends. */
  #readUntil = readAtFirst;
  #lastFormat: { name: string; counter: { lines: number } } | undefined;

  constructor(key: string, name: string, input: string, receivedAt: Millis) {
    this.key = key;
    this.name = name;
    this.input = input;
    this.firstSeen = receivedAt;
    this.lastSeen = receivedAt;
    this.#present = newPeriod(receivedAt);
  }

  /** `lateBy`: how far the event came after the event clock; undefined where it came in time. */
  note(event: SeenEvent, lateBy: Millis | undefined, isLost: boolean): void {
    const { receivedAt, time } = event;
    if (isOver(this.#present, receivedAt)) this.#beginPeriod(receivedAt);
    this.lastSeen = receivedAt;
    if (time > this.newest) this.newest = time;
    this.#present.counts.events += 1;
    this.total.events += 1;
    if (lateBy !== undefined) {
      this.#count('late');
      this.#present.lateBy = Math.max(this.#present.lateBy, lateBy);
    }
    if (isLost) this.#count('lost');
    if (event.isAhead) this.#count('ahead');
    if (event.timeSource === 'receipt') this.#count('untimed');
    else this.offsets.note(event.statedTime, receivedAt);
    this.#noteFormat(event);
  }

  get recent(): Period {
    return recentOf(this.#present, this.#before);
  }

  /** The format of most lines, where there are lines enough, and the share that has it. */
  get format(): { name: string | undefined; share: number } {
    let [best, most] = ['', 0];
    for (const [name, { lines }] of this.#formats) if (lines > most) [best, most] = [name, lines];
    if (this.#lines < fewest) return { name: undefined, share: 0 };
    return { name: best === '' ? undefined : best, share: most / this.#lines };
  }

  state(): SourceRecordState {
    return {
      key: this.key,
      name: this.name,
      input: this.input,
      seen: [this.firstSeen, this.lastSeen, this.newest],
      total: { ...this.total },
      present: copyOf(this.#present),
      ...(this.#before && { before: copyOf(this.#before) }),
      offsets: this.offsets.state(),
      formats: [...this.#formats].map(([name, { lines }]) => [name, lines]),
      readUntil: this.#readUntil,
      ...(this.example && { example: this.example }),
      problems: [...this.problems],
      ...(this.reported !== undefined && { reported: this.reported }),
    };
  }

  static from(state: SourceRecordState): SourceRecord {
    const record = new SourceRecord(state.key, state.name, state.input, state.seen[0]);
    [, record.lastSeen, record.newest] = state.seen;
    record.total = state.total;
    record.#present = state.present;
    record.#before = state.before;
    record.offsets.restore(state.offsets);
    record.#formats = new Map(state.formats.map(([name, lines]) => [name, { lines }]));
    record.#readUntil = state.readUntil;
    record.#lines = state.formats.reduce((sum, [, lines]) => sum + lines, 0);
    record.example = state.example;
    record.problems = new Map(state.problems);
    record.reported = state.reported;
    return record;
  }

  #count(what: keyof SourceCounts): void {
    this.#present.counts[what] += 1;
    this.total[what] += 1;
  }

  #beginPeriod(receivedAt: Millis): void {
    this.#before = this.#present;
    this.#present = newPeriod(receivedAt);
  }

  /** A line in no format counts as unparsed only where the source has a format: other sources are text without one. */
  #noteFormat(event: SeenEvent): void {
    const choice = event.choice();
    const name = choice.format?.name ?? '';
    const failure =
      choice.failure ??
      (name === '' ? (this.#hasFormat ? 'is in no known format' : undefined) : this.#failureAtEnd(event));
    if (failure !== undefined) {
      this.#count('unparsed');
      this.example = { line: detached(event.message.slice(0, longestExample)), reason: failure };
    }
    if (name !== this.#lastFormat?.name) this.#turnTo(name);
    this.#lastFormat!.counter.lines += 1;
    this.#lines += 1;
    if (this.#lines >= weighed) this.#halve();
  }

  /** Why the line, although it begins like its format, cannot be read to its end; undefined also where that was not tried. */
  #failureAtEnd(event: SeenEvent): string | undefined {
    const { events } = this.total;
    if (events > this.#readUntil && events % readOneIn !== 0) return undefined;
    const failure = event.parseFailure;
    if (failure !== undefined) this.#readUntil = events + readAfterFailure;
    return failure;
  }

  #turnTo(name: string): void {
    let counter = this.#formats.get(name);
    if (counter === undefined) {
      counter = { lines: 0 };
      if (this.#formats.size < mostFormats) this.#formats.set(name, counter);
    }
    this.#lastFormat = { name, counter };
  }

  /** Whether at least half of its lines are in some format. */
  get #hasFormat(): boolean {
    return this.#lines >= fewest && (this.#formats.get('')?.lines ?? 0) * 2 <= this.#lines;
  }

  #halve(): void {
    this.#lines = 0;
    for (const [name, counter] of this.#formats) {
      counter.lines = Math.floor(counter.lines / 2);
      this.#lines += counter.lines;
      if (counter.lines === 0) this.#formats.delete(name);
    }
    this.#lastFormat = undefined;
  }
}

const copyOf = ({ since, counts: held, lateBy }: Period): Period => ({
  since,
  counts: addCounts(noCounts(), held),
  lateBy,
});
