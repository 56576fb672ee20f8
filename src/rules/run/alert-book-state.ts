import * as z from 'zod';
import { type Entry, migrateEntry, packedEntry } from '../../alerts/entry.ts';
import type { Episodes, Generation } from '../../alerts/episodes.ts';
import {
  type AlertState,
  type EarlyRaise,
  type PeakObservation,
  type Scalar,
  severities,
} from '../../model.ts';
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
  open: Entry | null;
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
  peakSeen: objectOf<PeakObservation>({
    value: number,
    count: number,
    window: objectOf<PeakObservation['window']>({ start: number, end: number }),
    reason: z.string(),
  }).optional(),
  writtenPeak: number.optional(),
  updated: number.optional(),
  announced: number.optional(),
  cooldown: number.optional() as z.ZodType<number>,
  notified: z.boolean(),
  held: z.boolean().optional(),
  withheld: objectOf<NonNullable<AlertState['withheld']>>({
    count: number,
    since: number,
    due: number,
  }).optional(),
  activations: z.array(number),
  flapping: z.boolean(),
  severity: z.enum(severities).optional(),
});

export const liftedAlert = objectOf<LiftedAlert>({
  state: alertState.nullable(),
  open: packedEntry.nullable(),
  judge: z.unknown(),
});

/** The state of an alert as checkpoints had it in their first form. */
interface AlertStateV1 {
  told: boolean;
  toldPeak?: number;
  early?: { settled: AlertStateV1; begun?: { decision: { state: AlertStateV1 } } };
}

/** Returns the state with the names that it has now. */
function migrateState(state: unknown): AlertState {
  const { told, toldPeak, early, ...rest } = state as AlertStateV1;
  const renamed = { ...rest, early, notified: told, writtenPeak: toldPeak };
  if (early === undefined) return renamed as unknown as AlertState;
  const { settled, begun, ...raise } = early;
  const decision = begun && { ...begun.decision, state: migrateState(begun.decision.state) };
  const closed = migrateState(settled);
  return {
    ...renamed,
    early: { ...raise, closed, begun: begun && { ...begun, decision } },
  } as unknown as AlertState;
}

/** Returns the alert of a group, as it lay in the first form of a checkpoint, with the names that it has now. */
export function migrateAlert(alert: unknown): LiftedAlert {
  const { state, open, ...rest } = alert as LiftedAlert;
  return {
    ...rest,
    state: state === null ? null : migrateState(state),
    open: open === null ? null : migrateEntry(open),
  };
}

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
  migrations: [
    (book) => {
      const { states, ...rest } = book as { states: [group: string, state: unknown][] };
      return { ...rest, states: states.map(([group, state]) => [group, migrateState(state)]) };
    },
  ],
});
