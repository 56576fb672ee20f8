import * as z from 'zod';
import type { Millis, Observation, Severity, SloFigures } from '../model.ts';
import { type Snapshot, SnapshotFormat } from '../util/snapshot.ts';

/**
 * What one observation says. `true`: the condition holds; `calm`: the recovery condition holds; `between`: neither
 * holds, which is the width of a hysteresis; `few`: the window has fewer events than `minCount`, so that neither can be
 * judged; `nothing`: there is nothing to measure.
 */
export interface Judgement {
  verdict: 'true' | 'calm' | 'between' | 'few' | 'nothing';
  /** Such as `count 7 is >= 5`. */
  reason: string;
  /**
   * How far a value lies beyond what is normal, where that differs between observations. Default: the distance of the
   * rule's condition.
   */
  measuredBy?: { distance(value: number): number };
  /** What is shown instead of the measure of the window: the burn rate of an objective. */
  value?: number;
  /** The severity of the alert, where it differs between observations. */
  severity?: Severity | undefined;
  slo?: SloFigures;
  /** Event time at which the group must be observed again although no value changes. */
  again?: Millis;
}

/**
 * Decides, for one observation of one group, whether the condition of a rule holds. Observations of a group come in
 * the order of their times, except early ones. A judge with a memory is deterministic: its snapshot and the
 * observations after it lead to the same judgements.
 */
export interface Judge {
  judge(group: string, observation: Observation): Judgement;
  /**
   * Whether the verdict would be `true`, without a reason. Most windows of most groups are calm, and to write reasons
   * that nobody reads costs more than to count. Only a judge without a memory has it.
   */
  holds?(value: number | undefined, count: number): boolean;
  /** The number that all values are compared with, for a line in a chart. A condition on a range has no single one. */
  readonly bound?: { readonly threshold: number } | undefined;
  /** What a judge with a memory remembers of groups. */
  readonly groups?: GroupMemory;
  /** How the objective of a group stands at the end of a window, for the document of the window. */
  figuresOf?(group: string, at: Millis): SloFigures | undefined;
  /** Forgets what can make no difference to observations after that event time. */
  forgetBefore(time: Millis): void;
  snapshot(): Snapshot<unknown>;
  restore(snapshot: Snapshot<unknown>): void;
}

/** Takes what is remembered of one group out, as plain data, and puts it back. Undefined: nothing is remembered. */
interface GroupMemory {
  lift(group: string): unknown;
  load(group: string, memory: unknown): void;
}

/** The memory of a judge that keeps one value for each group. `pack` makes plain data of it, and `unpack` the value again. */
export const memoryOf = <Memory, Packed>(
  groups: Map<string, Memory>,
  pack: (group: string, memory: Memory) => Packed,
  unpack: (packed: Packed) => Memory,
): GroupMemory => ({
  lift(group) {
    const memory = groups.get(group);
    return memory && pack(group, memory);
  },
  load(group, packed) {
    if (packed === undefined) groups.delete(group);
    else groups.set(group, unpack(packed as Packed));
  },
});

/** The snapshot of a judge without a memory. */
export const noMemory = (): Snapshot<null> => memoryless.write(null);

const memoryless = new SnapshotFormat<null>({ component: 'A judge without a memory', schema: z.null() });

/** The part of a judge without a memory that concerns memory. */
export const memorylessJudge = {
  forgetBefore: () => {},
  snapshot: noMemory,
  restore: () => {},
} satisfies Partial<Judge>;

/** A judge without a memory. */
export function statelessJudge(
  judge: (observation: Observation) => Judgement,
  holds: (value: number | undefined, count: number) => boolean,
): Judge {
  return { judge: (_, observation) => judge(observation), holds, ...memorylessJudge };
}

/** The reason of the verdict `few`. */
export function tooFew(count: number, minCount: number): string {
  const events = count === 1 ? '1 event is' : `${count} events are`;
  return `${events} fewer than ${minCount} (minCount): too few events to judge`;
}
