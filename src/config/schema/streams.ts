import * as z from 'zod';

const stream = z.strictObject({
  notifier: z
    .string()
    .describe('Name of the notifier that takes the outputs. The stream uses its settings, not its queue.'),
  outputs: z
    .array(z.enum(['windows', 'transitions']))
    .min(1)
    .default(['windows', 'transitions'])
    .describe('What is sent: results of recorded windows, changes of the state of alerts, or both.'),
  rules: z.array(z.string()).optional().describe('Names of the rules whose outputs are sent. Default: all.'),
  keep: z
    .int()
    .min(1)
    .max(10_000_000)
    .default(100_000)
    .describe('Outputs that wait at most. Beyond that the oldest are dropped, counted and logged.'),
});

export const streams = z
  .record(z.string().regex(/^[\w.-]+$/), stream)
  .default({})
  .describe('Streams by name. A stream sends each window result and each transition to a notifier.');

export type StreamConfig = z.infer<typeof stream>;
