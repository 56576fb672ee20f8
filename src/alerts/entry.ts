import { z } from 'zod';
import { type Episode, type Sample, type Scalar, severities, type Transition } from '../model.ts';
import { maybeNumber, number, objectOf } from '../util/snapshot.ts';

/** What is kept of an episode while it is open, and for a while after its end. */
export interface Entry {
  episode: Episode;
  /** Number of transitions so far. */
  transitions: number;
  /** It was active at some time. One that never was has transitions, but no document in the index `alerts`. */
  raised: boolean;
  /** Milliseconds from the start of its first window to the episode's start. */
  reach: number;
  /** Number of late events that are not in its document yet. */
  unreported: number;
  /** Why the episode is what it is, without the part about late events. */
  reason: string;
  /** The transition that raised it, while a cooldown delays the notification. */
  held?: Transition | undefined;
  /** Notifiers were notified of it. */
  notified?: boolean | undefined;
  /** How many of its samples are first lines, and the numbers of the first and the last of them. */
  shown?: { first: number; from: number; to: number } | undefined;
}

/** An entry in a checkpoint, where `unreported` is called `untold`. */
export type PackedEntry = Omit<Entry, 'unreported'> & { untold: number };

export function packEntry({ unreported, ...entry }: Entry): PackedEntry {
  return { ...entry, untold: unreported };
}

export function unpackEntry({ untold, ...entry }: PackedEntry): Entry {
  return { ...entry, unreported: untold };
}

/** The episode goes on with the revisions and transitions of the one that was withdrawn. */
export function resumed(entry: Entry, withdrawn: Entry): Entry {
  const { revision, corrected } = withdrawn.episode;
  const episode = {
    ...entry.episode,
    revision,
    ...(corrected !== undefined && { corrected: 'raised again' }),
  };
  return { ...entry, episode, transitions: withdrawn.transitions, raised: withdrawn.raised };
}

const text = z.string();
const flag = z.boolean().optional() as z.ZodType<boolean>;
const status = z.enum(['inactive', 'pending', 'active', 'recovering', 'no-data']);
const severity = z.enum(severities);
const window = objectOf<Episode['window']>({ start: number, end: number });
const scalar: z.ZodType<Scalar> = z.union([text, number, z.boolean(), z.null()]);
const by = z.record(text, scalar);
const sample = objectOf<Sample>({
  '@timestamp': text,
  message: text,
  host: text.optional(),
  service: text.optional(),
  level: text.optional(),
  file: text.optional(),
  offset: number.optional(),
  value: z.union([number, text]).optional(),
  id: text.optional(),
  index: text.optional(),
});

/** Schema of an episode in a checkpoint. */
export const packedEpisode = objectOf<Episode>({
  ...{ id: text, rule: text, group: text, by, status, severity, start: number, end: maybeNumber },
  ...{
    detected: maybeNumber,
    updated: number,
    decided: number.optional(),
    value: maybeNumber,
    peak: maybeNumber,
    count: number,
  },
  ...{
    condition: text,
    reason: text,
    message: text,
    window,
    samples: z.array(sample),
    omitted: number.optional(),
    revision: number,
  },
  ...{ lateCount: number, flapping: z.boolean(), labels: z.record(text, text) },
  ...{ runbook: z.union([text, z.undefined()]), url: text.optional() },
  ...{ late: flag, corrected: text.optional() as z.ZodType<string>, withdrawn: flag },
});

/** Schema of a transition in a checkpoint. */
export const packedTransition = objectOf<Transition>({
  ...{ id: text, rule: text, group: text, by, episode: text, from: status, to: status, at: number, window },
  ...{ value: maybeNumber, count: number, condition: text, reason: text, severity, message: text },
  late: flag,
  decided: number.optional() as z.ZodType<number>,
});

/** Schema of `PackedEntry`. */
export const packedEntry = objectOf<PackedEntry>({
  episode: packedEpisode,
  transitions: number,
  raised: z.boolean(),
  reach: number,
  untold: number,
  reason: text,
  held: packedTransition.optional(),
  notified: flag,
  shown: objectOf<NonNullable<Entry['shown']>>({ first: number, from: number, to: number }).optional(),
});
