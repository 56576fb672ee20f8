import { z } from 'zod';
import type { Evidence, TimedSample } from '../../alerts/notifications.ts';
import type { LogEvent, Millis, Sample } from '../../model.ts';
import { number, objectOf, type Snapshot, SnapshotFormat } from '../../util/snapshot.ts';

const perStretch = 5;
/** Of an open alert so many lines are kept, to know the last one before its end. */
const mostLatest = 24;

interface Stretch {
  start: Millis;
  samples: TimedSample[];
}

interface Kept {
  now: Stretch;
  before: Stretch | undefined;
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
        now: stretch,
        before: stretch.optional(),
        count: number.optional(),
        latest: z.array(timedSample).optional(),
      }),
    ]),
  ),
});

/** What the rule measured in a line, and whether the alert of its group is open. */
interface Offer {
  value?: number | string | undefined;
  /** Only the first line with a value is kept. */
  isUnique?: boolean | undefined;
  isOpen?: boolean;
}

/**
 * The first lines of each group's last two stretches of time (a stretch is one window length), kept as evidence for an
 * alert that may be raised, and the last lines of alerts that are open. Two stretches cover every window. A group has
 * ten first lines and 24 last ones at most.
 */
export class Samples {
  readonly #over: Millis;
  /** The last line of each part of time of that length is kept. */
  readonly #part: Millis;
  readonly #groups = new Map<string, Kept>();

  /** `reach`: how long after a line a decision on it may come. */
  constructor(over: Millis, reach: Millis = over) {
    this.#over = over;
    this.#part = Math.max(1, Math.ceil(reach / (mostLatest - 4)));
  }

  offer(group: string, event: LogEvent, { value, isUnique = false, isOpen = false }: Offer = {}): void {
    const kept = this.#moved(group, event.time);
    const start = this.#startOf(event.time);
    const stretch =
      start === kept.now.start ? kept.now : kept.before?.start === start ? kept.before : undefined;
    if (isUnique && stretch?.samples.some(({ sample }) => sample.value === value)) return;
    kept.count = (kept.count ?? 0) + 1;
    const isFirst = stretch !== undefined && stretch.samples.length < perStretch;
    if (!isFirst && !isOpen) return;
    const timed = { time: event.time, sample: sampleOf(event, value), number: kept.count };
    if (isFirst) stretch.samples.push(timed);
    if (isOpen) this.#addLatest(kept, timed);
    else delete kept.latest;
  }

  /** Keeps a line as the last one, if it comes that long after the one that is kept. */
  keepLast(group: string, event: LogEvent, after: Millis): void {
    const kept = this.#moved(group, event.time);
    kept.count = (kept.count ?? 0) + 1;
    const [known] = kept.now.samples;
    if (known !== undefined && event.time < known.time + after) return;
    kept.now.samples = [{ time: event.time, sample: sampleOf(event), number: kept.count }];
    kept.before = undefined;
  }

  /** The first lines at or after `start`, and the last one before `until`. */
  evidence(group: string, start: Millis, until = Number.POSITIVE_INFINITY): Evidence {
    const kept = this.#groups.get(group);
    if (!kept) return { first: [], last: undefined, through: 0 };
    const first = [...(kept.before?.samples ?? []), ...kept.now.samples]
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
    for (const [group, kept] of this.#groups) {
      if (kept.now.start + this.#over <= start && !isNeeded(group)) this.#groups.delete(group);
    }
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
    return Math.floor(time / this.#over) * this.#over;
  }

  /** What is kept of a group, moved on to the stretch of a time. */
  #moved(group: string, time: Millis): Kept {
    const start = this.#startOf(time);
    const kept = this.#groups.get(group);
    if (!kept) {
      const begun: Kept = { now: { start, samples: [] }, before: undefined };
      this.#groups.set(group, begun);
      return begun;
    }
    if (start > kept.now.start) {
      kept.before = kept.now;
      kept.now = { start, samples: [] };
    }
    return kept;
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

/** Names of what a sample shows beside its text, by the fields from which they are. */
const textFields = {
  host: 'host.name',
  service: 'service.name',
  level: 'log.level',
  file: 'log.file.path',
} as const;

export function sampleOf(event: LogEvent, value?: number | string): Sample {
  const sample: Sample = {
    '@timestamp': new Date(event.time).toISOString(),
    message: event.message.slice(0, 2_000),
  };
  for (const [name, field] of Object.entries(textFields) as [keyof typeof textFields, string][]) {
    const text = event.get(field);
    if (typeof text === 'string') sample[name] = text.slice(0, 1_000);
  }
  const offset = event.get('log.offset');
  if (typeof offset === 'number') sample.offset = offset;
  if (value !== undefined) sample.value = value;
  const { storedAs } = event;
  return storedAs === undefined ? sample : { ...sample, ...storedAs };
}
