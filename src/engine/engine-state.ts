import { z } from 'zod';
import type { EventReader } from '../parsers/event-reader.ts';
import type { Sources } from '../sources/sources.ts';
import { nested, number, objectOf, type Snapshot, SnapshotFormat } from '../util/snapshot.ts';
import type { EventClock } from '../windows/clocks/event-clock.ts';
import type { PackedChunk } from '../windows/history/chunk.ts';
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
