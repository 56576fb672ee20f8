import * as z from 'zod';
import type { Evidence, TimedSample } from '../../alerts/entry.ts';
import type { LogEvent, Millis, Sample } from '../../model.ts';
import { formatTime } from '../../parsers/event-time.ts';
import { number, objectOf, type Snapshot, SnapshotFormat } from '../../util/snapshot.ts';
import { detached } from '../../util/text.ts';

const perStretch = 5;
/** Two stretches cover every window. More are kept where windows are judged long after their lines, up to so many. */
const mostStretches = 24;
/** Of an open alert so many lines are kept, to know the last one before its end. */
const mostLatest = 24;

interface Stretch {
  start: Millis;
  samples: TimedSample[];
}

interface Kept {
  /** Oldest first; never none. */
  stretches: Stretch[];
  /** Number of lines so far. Missing in checkpoints of earlier versions. */
  count?: number | undefined;
  /** Of an open alert, the last line of each part of a stretch, oldest first. */
  latest?: TimedSample[] | undefined;
}

export type SamplesState = [group: string, Kept][];

const timedSample = objectOf<TimedSample>({
  time: number,
  sample: z.custom<Sample>(),
  number: number.optional(),
});
const stretch = objectOf<Stretch>({ start: number, samples: z.array(timedSample) });
const format = new SnapshotFormat<SamplesState>({
  component: 'The samples of alerts',
  schema: z.array(
    z.tuple([
      z.string(),
      objectOf<Kept>({
        stretches: z.array(stretch).min(1),
        count: number.optional(),
        latest: z.array(timedSample).optional(),
      }),
    ]),
  ),
  migrations: [(state) => (state as [string, TwoStretches][]).map(([group, kept]) => [group, inOrder(kept)])],
});

/** What version 1 kept of a group. */
type TwoStretches = Omit<Kept, 'stretches'> & { now: Stretch; before?: Stretch | undefined };

function inOrder({ now, before, ...kept }: TwoStretches): Kept {
  return { stretches: before === undefined ? [now] : [before, now], ...kept };
}

/** What the rule measured in a line, and whether the alert of its group is open. */
interface Offer {
  value?: number | string | undefined;
  /** Only the first line with a value is kept. */
  isUnique?: boolean | undefined;
  isOpen?: boolean;
}

interface SamplesOptions {
  /** Length of the rule's windows. */
  over: Millis;
  /** How long after its end a window is judged. */
  lateness?: Millis;
  /** How long after a line a decision on it may come. */
  reach?: Millis;
}

/**
 * The first lines of each group's last stretches of time, kept as evidence for an alert that may be raised, and the last lines of
 * alerts that are open. A stretch is one window length, or longer where the lateness is a large multiple of that. There are as
 * many as cover a window that is judged late. A group has five first lines a stretch and 24 last ones at most.
 */
export class Samples {
  /** Length and number of stretches. */
  readonly #length: Millis;
  readonly #count: number;
  /** The last line of each part of time of that length is kept. */
  readonly #part: Millis;
  readonly #groups = new Map<string, Kept>();

  constructor({ over, lateness = 0, reach = over }: SamplesOptions) {
    this.#length = Math.max(over, Math.ceil(lateness / (mostStretches - 2)));
    this.#count = 2 + Math.ceil(lateness / this.#length);
    this.#part = Math.max(1, Math.ceil(reach / (mostLatest - 4)));
  }

  offer(group: string, event: LogEvent, { value, isUnique = false, isOpen = false }: Offer = {}): void {
    const kept = this.#keptOf(group, event.time);
    const stretch = this.#stretchOf(kept, event.time);
    if (isUnique && stretch?.samples.some(({ sample }) => sample.value === value)) return;
    kept.count = (kept.count ?? 0) + 1;
    const isFirst = stretch !== undefined && isAmongFirst(event.time, stretch.samples);
    if (!isFirst && !isOpen) return;
    const timed = { time: event.time, sample: sampleOf(event, value), number: kept.count };
    if (isFirst) addFirst(timed, stretch.samples);
    if (isOpen) this.#addLatest(kept, timed);
    else delete kept.latest;
  }

  /** Keeps a line as the last one, if it comes that long after the one that is kept. Other lines are not counted. */
  keepLast(group: string, event: LogEvent, after: Millis): void {
    const kept = this.#keptOf(group, event.time);
    const known = kept.stretches[0]?.samples[0];
    if (known !== undefined && event.time < known.time + after) return;
    const samples = [{ time: event.time, sample: sampleOf(event) }];
    kept.stretches = [{ start: this.#startOf(event.time), samples }];
  }

  /** The first lines at or after `start`, and the last one before `until`. */
  evidence(group: string, start: Millis, until = Number.POSITIVE_INFINITY): Evidence {
    const kept = this.#groups.get(group);
    if (!kept) return { first: [], last: undefined, through: 0 };
    const first = kept.stretches
      .flatMap(({ samples }) => samples)
      .filter(({ time }) => time >= start && time < until)
      .sort((a, b) => a.time - b.time)
      .slice(0, perStretch);
    const last = kept.latest?.filter(({ time }) => time < until).at(-1);
    return { first, last, through: last?.number ?? kept.count ?? 0 };
  }

  /** The same lines without what is known of them. */
  since(group: string, start: Millis): Sample[] {
    return this.evidence(group, start).first.map(({ sample }) => sample);
  }

  /** Forgets groups whose lines all lie before `start`. */
  forgetBefore(start: Millis, isNeeded: (group: string) => boolean = () => false): void {
    for (const [group, { stretches }] of this.#groups)
      if (stretches.at(-1)!.start + this.#length <= start && !isNeeded(group)) this.#groups.delete(group);
  }

  get size(): number {
    return this.#groups.size;
  }

  snapshot(): Snapshot<SamplesState> {
    return format.write([...this.#groups]);
  }

  restore(snapshot: Snapshot<SamplesState>): void {
    this.#groups.clear();
    for (const [group, kept] of format.read(snapshot)) this.#groups.set(group, kept);
  }

  #startOf(time: Millis): Millis {
    return Math.floor(time / this.#length) * this.#length;
  }

  #keptOf(group: string, time: Millis): Kept {
    let kept = this.#groups.get(group);
    if (kept === undefined) {
      kept = { stretches: [{ start: this.#startOf(time), samples: [] }] };
      this.#groups.set(group, kept);
    }
    return kept;
  }

  /** The stretch of that time, which may be a new one; undefined where the time lies before all that are kept. */
  #stretchOf({ stretches }: Kept, time: Millis): Stretch | undefined {
    const start = this.#startOf(time);
    const newest = Math.max(start, stretches.at(-1)!.start);
    const oldest = newest - (this.#count - 1) * this.#length;
    if (start < oldest) return undefined;
    let after = stretches.length;
    while (after > 0 && stretches[after - 1]!.start > start) after -= 1;
    const known = stretches[after - 1];
    if (known?.start === start) return known;
    const added: Stretch = { start, samples: [] };
    stretches.splice(after, 0, added);
    while (stretches[0]!.start < oldest) stretches.shift();
    return added;
  }

  #addLatest(kept: Kept, timed: TimedSample): void {
    kept.latest ??= [];
    const { latest } = kept;
    const last = latest.at(-1);
    if (last !== undefined && timed.time < last.time) return;
    if (last !== undefined && this.#partOf(last.time) === this.#partOf(timed.time)) latest.pop();
    latest.push(timed);
    if (latest.length > mostLatest) latest.shift();
  }

  #partOf(time: Millis): number {
    return Math.floor(time / this.#part);
  }
}

/** Whether a line is one of the first five of its stretch by its time, in whatever order they arrive. */
const isAmongFirst = (time: Millis, samples: readonly TimedSample[]): boolean =>
  samples.length < perStretch || samples.some((one) => time < one.time);

/** Adds a line; of more than five the last one by its time goes. */
function addFirst(timed: TimedSample, samples: TimedSample[]): void {
  samples.push(timed);
  if (samples.length <= perStretch) return;
  let last = 0;
  for (let place = 1; place < samples.length; place += 1)
    if (samples[place]!.time >= samples[last]!.time) last = place;
  samples.splice(last, 1);
}

/** Names of what a sample shows beside its text, and the fields from which they are. */
const textFields = [
  ['host', 'host.name'],
  ['service', 'service.name'],
  ['level', 'log.level'],
  ['file', 'log.file.path'],
  ['ip', 'source.ip'],
  ['user', 'user.name'],
] as const;

export function sampleOf(event: LogEvent, value?: number | string): Sample {
  const sample: Sample = {
    '@timestamp': formatTime(event.time),
    message: cut(event.message, 2_000),
  };
  for (const [name, field] of textFields) {
    const text = event.get(field);
    if (typeof text === 'string') sample[name] = cut(text, 1_000);
  }
  const categories = event.get('event.category');
  const category = Array.isArray(categories) ? categories[0] : categories;
  if (typeof category === 'string') sample.category = cut(category, 1_000);
  const offset = event.get('log.offset');
  if (typeof offset === 'number') sample.offset = offset;
  if (value !== undefined) sample.value = value;
  const { storedAs } = event;
  if (storedAs !== undefined) {
    // Not a copy by `...`: each would have a hidden class of its own, which takes more memory than the sample.
    sample.id = detached(storedAs.id);
    sample.index = storedAs.index;
  }
  return sample;
}

/** The beginning of a text. It does not keep the rest in memory. */
function cut(text: string, most: number): string {
  return text.length <= most ? text : detached(text.slice(0, most));
}
