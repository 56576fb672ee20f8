import type { Vitals } from '../../src/telemetry/components/vitals.ts';

export const noLag = { records: 0, bytes: 0, seconds: 0 };

/** A logboom that is well, but for what the test says. */
export const vitals = (changes: Partial<Vitals> = {}): Vitals => ({
  clock: { difference: 0, steps: [] },
  journal: { fill: 0.01 },
  readers: { analyser: { lag: noLag }, indexer: { lag: noLag } },
  inputs: { lumberjack: {} },
  sink: { refused: { count: 0 } },
  notifiers: {},
  ...changes,
});
