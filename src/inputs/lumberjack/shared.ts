import type { Socket } from 'node:net';
import type { LumberjackInputConfig } from '../../config/schema/inputs.ts';
import type { Batch, EventBlock, Millis } from '../../model.ts';
import type { LumberjackTelemetry } from '../../telemetry/components/lumberjack.ts';
import type { MemoryBudget } from './memory-budget.ts';
import type { RefusedSenders } from './refused-senders.ts';

/** Resolves when the batch is on disk. Rejects if it is not; then the sender keeps it. */
export type Deliver = (batch: Batch, block: EventBlock) => Promise<void>;

/** What all connections of one input share. */
export interface Shared {
  config: LumberjackInputConfig;
  deliver: Deliver;
  telemetry: LumberjackTelemetry;
  budget: MemoryBudget;
  refused: RefusedSenders;
  /** Called with a connection's socket when a complete window has arrived. */
  shipped: (socket: Socket) => void;
  now: () => Millis;
  /** Returns a number from 0 up to 1. */
  random: () => number;
}
