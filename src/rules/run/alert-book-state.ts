import { z } from 'zod';
import { type PackedEntry, packedEntry } from '../../alerts/entry.ts';
import type { Episodes, Generation } from '../../alerts/episodes.ts';
import type { AlertState, EarlyRaise, Scalar } from '../../model.ts';
import { nested, number, objectOf, type Snapshot, SnapshotFormat } from '../../util/snapshot.ts';
import type { SamplesState } from './samples.ts';

/** What a checkpoint holds of the alerts of a rule. */
export interface AlertBookState {
  episodes: ReturnType<Episodes['snapshot']>;
  generation?: Generation | undefined;
  judge: Snapshot<unknown>;
  samples: Snapshot<SamplesState>;
  states: [group: string, AlertState][];
  fields: [group: string, by: Record<string, Scalar>][];
}

const isObject = (value: unknown) => typeof value === 'object' && value !== null;

/** The alert of one group, as plain data. */
export interface LiftedAlert {
  /** Null: it was never observed. */
  state: AlertState | null;
  /** Its open episode. */
  open: PackedEntry | null;
  /** What the judge remembers of the group. */
  judge: unknown;
}

const alertState = objectOf<AlertState>({
  status: z.enum(['inactive', 'pending', 'active', 'recovering', 'no-data']),
  start: number.optional(),
  calm: number.optional(),
  early: z.custom<EarlyRaise>(isObject).optional(),
  value: number.optional(),
  peak: number.optional(),
  toldPeak: number.optional(),
  updated: number.optional(),
  announced: number.optional(),
  cooldown: number.optional() as z.ZodType<number>,
  told: z.boolean(),
  held: z.boolean().optional(),
  withheld: objectOf<NonNullable<AlertState['withheld']>>({
    count: number,
    since: number,
    due: number,
  }).optional(),
  activations: z.array(number),
  flapping: z.boolean(),
});

export const liftedAlert = objectOf<LiftedAlert>({
  state: alertState.nullable(),
  open: packedEntry.nullable(),
  judge: z.unknown(),
});

export const alertBookFormat = new SnapshotFormat({
  component: 'The alerts of a rule',
  schema: objectOf<AlertBookState>({
    episodes: nested(),
    generation: objectOf<Generation>({ number, until: number }).optional(),
    judge: nested(),
    samples: nested(),
    states: z.array(z.tuple([z.string(), alertState])),
    fields: z.array(z.tuple([z.string(), z.custom<Record<string, Scalar>>(isObject)])),
  }),
});
