import * as z from 'zod';
import type { Batch, EventBlock, Millis } from '../model.ts';
import type { EventReader } from '../parsers/event.ts';
import type { EventWatch } from '../rules/run/observer.ts';
import type { RuleLimits, Run } from '../rules/run/run.ts';
import type { Sources } from '../sources/sources.ts';
import { nested, number, objectOf, type Snapshot, SnapshotFormat } from '../util/snapshot.ts';
import type { EventClock } from '../windows/clocks/event-clock.ts';
import type { PackedChunk } from '../windows/history/chunk.ts';
import type { CorrectionMemory } from '../windows/history/memory.ts';
import type { RunMeter } from './dispatch.ts';
import { type DowntimeState, downtimeShape } from './downtime.ts';

/** What a checkpoint of the analyser holds. */
export interface EngineState extends DowntimeState {
  clock: ReturnType<EventClock['snapshot']>;
  generations?: [rule: string, generation: number][] | undefined;
  repeatedHours?: ReturnType<EventReader['repeatedHours']['snapshot']> | undefined;
  runs: [rule: string, fingerprint: string, run: Snapshot<unknown>][];
  /** What runs keep for late events. Parts do not change and may be stored apart from the rest, once. */
  parts?: [name: string, part: PackedChunk][] | undefined;
  sources?: ReturnType<Sources['snapshot']> | undefined;
}

export const engineFormat = new SnapshotFormat({
  component: 'The engine',
  schema: objectOf<EngineState>({
    clock: nested(),
    ...downtimeShape,
    generations: z.array(z.tuple([z.string(), number])).optional(),
    repeatedHours: nested().optional() as z.ZodType<EngineState['repeatedHours']>,
    runs: z.array(z.tuple([z.string(), z.string(), nested<unknown>()])),
    parts: z.array(z.tuple([z.string(), z.custom<PackedChunk>()])).optional(),
    sources: nested().optional() as z.ZodType<EngineState['sources']>,
  }),
});

/** What happened while records were processed, for metrics. */
interface Tally {
  events: number;
  /** Batches whose payload could not be read; the indexer makes dead letters of them. */
  unreadable: number;
  problems: number;
  ahead: number;
  /** Events that at least one rule did not count, because they came too late; each once. */
  late: number;
  /** Late events that all rules counted by correcting windows; each once. */
  corrected: number;
  /** Events without a time of their own that were left out. */
  untimed: number;
}

export const newTally = (): Tally => ({
  ...{ events: 0, unreadable: 0, problems: 0 },
  ...{ ahead: 0, late: 0, corrected: 0, untimed: 0 },
});

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
  /** Measures what each run costs. */
  meter: RunMeter;
  /** Bounds what all runs keep together. */
  limits: RuleLimits;
}

export const isAmong = ({ name, fingerprint }: Run, runs: readonly Run[]) =>
  runs.some((other) => other.name === name && other.fingerprint === fingerprint);

/** A run in a checkpoint, and its parts that are stored apart. */
interface TakenRun {
  entry: EngineState['runs'][number];
  parts: NonNullable<EngineState['parts']>;
}

/** The state without runs, and the runs to be taken one after the other. */
export interface EngineCheckpoint {
  state: Snapshot<EngineState>;
  later: { key: 'runs'; entries: () => Iterable<TakenRun> };
}

export const checkpointOf = (
  state: Snapshot<EngineState>,
  engine: Pick<EngineParts, 'runs' | 'memory'>,
): EngineCheckpoint => ({ state, later: { key: 'runs', entries: () => takenRuns(engine) } });

/** All runs at once. */
export function allRuns(engine: Pick<EngineParts, 'runs' | 'memory'>): Pick<EngineState, 'runs' | 'parts'> {
  const taken = [...takenRuns(engine)];
  const runs = taken.map(({ entry }) => entry);
  return engine.memory ? { runs, parts: taken.flatMap(({ parts }) => parts) } : { runs };
}

/** Takes one run after the other. Nothing is stored apart where nothing is kept for late events. */
function* takenRuns({ runs, memory }: Pick<EngineParts, 'runs' | 'memory'>): Generator<TakenRun> {
  for (const run of runs) {
    const take = (): TakenRun['entry'] => [run.name, run.fingerprint, run.snapshot()];
    const { taken: entry, parts } = memory?.storeApart(take) ?? { taken: take(), parts: [] };
    yield { entry, parts };
  }
}
