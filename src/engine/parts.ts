import type { Batch, EventBlock, JournalRecord, Millis } from '../model.ts';
import type { EventReader } from '../parsers/event-reader.ts';
import type { EventWatch } from '../rules/run/observer.ts';
import type { Run } from '../rules/run/run.ts';
import type { Sources } from '../sources/sources.ts';
import type { EventClock } from '../windows/clocks/event-clock.ts';
import type { CorrectionMemory } from '../windows/history/memory.ts';
import type { EngineState } from './engine-state.ts';

/** What happened while records were processed, for metrics. */
export interface Tally {
  events: number;
  /** Batches whose payload could not be read; the indexer makes dead letters of them. */
  unreadable: number;
  problems: number;
  ahead: number;
  /** Events without a time of their own that were left out. */
  untimed: number;
}

export interface EngineParts {
  clock: EventClock;
  events: EventReader;
  runs: Run[];
  /** Watches what is received of each source. */
  sources?: Sources | undefined;
  watch?: EventWatch | undefined;
  /** Inflates a record's payload. */
  open: (batch: Batch) => EventBlock;
  /**
   * While a window waits for time to pass, records are never farther apart than ticks. A gap of more than this
   * means that the server was down (or its clock was set).
   */
  downAfter: Millis;
  /** Leave out events whose time is that of their receipt: in a replay that says nothing. */
  leaveUntimed?: boolean;
  /** Bounds what is kept for late events. Undefined: they are not counted. */
  memory?: CorrectionMemory | undefined;
}

export const isAmong = ({ name, fingerprint }: Run, runs: readonly Run[]) =>
  runs.some((other) => other.name === name && other.fingerprint === fingerprint);

export const snapshotOf = (run: Run): EngineState['runs'][number] => [
  run.name,
  run.fingerprint,
  run.snapshot(),
];

/** Its `receivedAt` may be anything, so that it must not move a clock either. */
export const isDamaged = (record: JournalRecord) => record.kind === 'events' && record.encoding === 'damaged';

/** How many late events a run has had, whether it counted them or not. */
export const lateEventsOf = ({ late, corrected = 0 }: Run) => late + corrected;
