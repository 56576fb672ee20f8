import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { AlertSettings } from '../config/schema/rule-settings.ts';
import {
  type Episode,
  type Millis,
  type RuleDefinition,
  type Sample,
  type Scalar,
  type SloFigures,
  severities,
  type Transition,
} from '../model.ts';
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
  /**
   * How many of its samples are first lines, and the least and the greatest number that such a line has had. `numbers`: those of the present
   * ones, in their order; missing in checkpoints of earlier versions.
   */
  shown?: { first: number; from: number; to: number; numbers?: number[] | undefined } | undefined;
}

/** A line, and its event time. */
export interface TimedSample {
  time: Millis;
  sample: Sample;
  /** The line is the n-th of its group that is evidence, in the order of arrival. Undefined: unknown. */
  number?: number | undefined;
}

/** The lines that show why an alert is open. */
export interface Evidence {
  /** The first lines of the window, at most five. */
  first: TimedSample[];
  /** The last line, where the alert was open before it. */
  last: TimedSample | undefined;
  /** Number of the last line of the group. */
  through: number;
}

export const noEvidence = (): Evidence => ({ first: [], last: undefined, through: 0 });

/** An entry as checkpoints had it in their first form, in which `unreported` was `untold`. */
type EntryV1 = Omit<Entry, 'unreported'> & { untold: number };

export function migrateEntry(entry: unknown): Entry {
  const { untold, ...rest } = entry as EntryV1;
  return { ...rest, unreported: untold };
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

/** The part of a rule that its episodes need. */
export interface EpisodeRule {
  readonly config: AlertSettings;
  /** The rule's filter in words that Kibana knows; the rule's own where it is not given. */
  readonly kibanaQuery?: string;
  /** Fields that Discover shows as columns. */
  readonly columns?: readonly string[];
}

/** The version is the beginning of a hash of all settings, so that it is the same on any machine. */
export function definitionOf(config: AlertSettings): RuleDefinition {
  const version = createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 12);
  const { where, measure, recover } = config;
  return { version, ...(where && { where }), ...(measure && { measure }), ...(recover && { recover }) };
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
  ip: text.optional(),
  user: text.optional(),
  category: text.optional(),
  file: text.optional(),
  offset: number.optional(),
  value: z.union([number, text]).optional(),
  id: text.optional(),
  index: text.optional(),
});

const slo = objectOf<SloFigures>({
  ...{ name: text, objective: number, period: number, events: number, bad: number },
  ...{ budgetLeft: number, burnRate: number, burnOver: number },
}).optional();

const definition = objectOf<RuleDefinition>({
  version: text,
  where: text.optional(),
  measure: text.optional(),
  recover: text.optional(),
});

/** Schema of an episode in a checkpoint. What is read has the fields in this order, which is that of `EpisodeWriter.begin`. */
export const packedEpisode = objectOf<Episode>({
  ...{ id: text, rule: text, group: text, by, status, severity, start: number, end: maybeNumber },
  ...{ detected: maybeNumber, updated: number, decided: number.optional() },
  ...{ value: maybeNumber, peak: maybeNumber, count: number },
  ...{ condition: text, reason: text, message: text, window, span: window.optional() },
  ...{ definition: definition.optional(), created: number.optional() },
  ...{ samples: z.array(sample), omitted: number.optional(), revision: number, lateCount: number },
  ...{ late: z.boolean().optional(), corrected: text.optional(), withdrawn: z.boolean().optional() },
  ...{ flapping: z.boolean(), labels: z.record(text, text) },
  ...{ runbook: z.union([text, z.undefined()]), url: text.optional(), slo },
});

/** Schema of a transition in a checkpoint, with the fields in the order in which `EpisodeWriter` writes them. */
export const packedTransition = objectOf<Transition>({
  ...{
    id: text,
    rule: text,
    group: text,
    by,
    episode: text,
    from: status,
    to: status,
    at: number,
    reason: text,
  },
  ...{ window, value: maybeNumber, count: number, decided: number.optional() as z.ZodType<number> },
  ...{ condition: text, severity, slo, message: text, late: flag },
});

/** Schema of an entry in a checkpoint. */
export const packedEntry = objectOf<Entry>({
  episode: packedEpisode,
  transitions: number,
  raised: z.boolean(),
  reach: number,
  unreported: number,
  reason: text,
  held: packedTransition.optional(),
  notified: flag,
  shown: objectOf<NonNullable<Entry['shown']>>({
    ...{ first: number, from: number, to: number },
    numbers: z.array(number).optional(),
  }).optional(),
});
