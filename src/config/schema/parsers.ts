import { z } from 'zod';

const parserNames = ['auto', 'access', 'json', 'none'] as const;

export const parsers = z
  .strictObject({
    default: z
      .enum(parserNames)
      .default('auto')
      .describe(
        'Parser of events that no entry below names. `auto` goes by `event.dataset` and `fileset`, else tries.',
      ),
    byDataset: z
      .record(z.string(), z.enum(parserNames))
      .default({})
      .describe('Parser by the value of `event.dataset`, such as `nginx.access: access`.'),
    timestamp: z
      .enum(['line', '@timestamp'])
      .default('line')
      .describe(
        'Event time: the line’s own where its parser finds one, or always the sender’s `@timestamp`.',
      ),
  })
  .prefault({});

export type ParsersConfig = z.infer<typeof parsers>;
