import { z } from 'zod';
import type { LogEvent, Millis, Sample } from '../../model.ts';
import { number, objectOf, type Snapshot, SnapshotFormat } from '../../util/snapshot.ts';

const perStretch = 5;

/** A line, and its event time. */
export interface TimedSample {
  time: Millis;
  sample: Sample;
}

interface Stretch {
  start: Millis;
  samples: TimedSample[];
}

interface Stretches {
  now: Stretch;
  before: Stretch | undefined;
}

export type SamplesState = [group: string, Stretches][];

const stretch = objectOf<Stretch>({
  start: number,
  samples: z.array(objectOf<Stretch['samples'][number]>({ time: number, sample: z.custom<Sample>() })),
});
const format = new SnapshotFormat<SamplesState>({
  component: 'The samples of alerts',
  schema: z.array(z.tuple([z.string(), objectOf<Stretches>({ now: stretch, before: stretch.optional() })])),
});

/**
 * The first lines of each group's last two stretches of time (a stretch is one window length), kept as evidence
 * for an alert that may be raised. Two stretches cover every window, and no more than ten lines a group are held.
 */
export class Samples {
  readonly #over: Millis;
  readonly #groups = new Map<string, Stretches>();

  constructor(over: Millis) {
    this.#over = over;
  }

  offer(group: string, event: LogEvent): void {
    const start = Math.floor(event.time / this.#over) * this.#over;
    let kept = this.#groups.get(group);
    if (!kept) {
      kept = { now: { start, samples: [] }, before: undefined };
      this.#groups.set(group, kept);
    } else if (start > kept.now.start) {
      kept.before = kept.now;
      kept.now = { start, samples: [] };
    }
    const stretch =
      start === kept.now.start ? kept.now : kept.before?.start === start ? kept.before : undefined;
    if (stretch && stretch.samples.length < perStretch)
      stretch.samples.push({ time: event.time, sample: sampleOf(event) });
  }

  /** The first five lines at or after `start`. */
  since(group: string, start: Millis): Sample[] {
    const kept = this.#groups.get(group);
    if (!kept) return [];
    return [...(kept.before?.samples ?? []), ...kept.now.samples]
      .filter(({ time }) => time >= start)
      .sort((a, b) => a.time - b.time)
      .slice(0, perStretch)
      .map(({ sample }) => sample);
  }

  /** Forgets groups whose lines all lie before `start`. */
  forgetBefore(start: Millis): void {
    for (const [group, kept] of this.#groups) {
      if (kept.now.start + this.#over <= start) this.#groups.delete(group);
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
}

export function sampleOf(event: LogEvent): Sample {
  const sample: Sample = {
    '@timestamp': new Date(event.time).toISOString(),
    message: event.message.slice(0, 2_000),
  };
  const host = event.get('host.name');
  const file = event.get('log.file.path');
  const offset = event.get('log.offset');
  if (typeof host === 'string') sample.host = host;
  if (typeof file === 'string') sample.file = file;
  if (typeof offset === 'number') sample.offset = offset;
  return sample;
}
