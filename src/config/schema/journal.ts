import { z } from 'zod';
import { duration, size } from './values.ts';

export const journal = z
  .strictObject({
    maxSize: size('4gb').describe(
      'Bytes of batches that may wait for the slowest reader. When they are there, senders are held (never dropped).',
    ),
    keepAge: duration('24h').describe(
      'How long batches are kept after all readers have read them, for `explain`.',
    ),
    keepSize: size('1gb').describe('How many bytes of read batches are kept at the most.'),
    tick: duration('250ms').describe(
      'How often time is written down in silence while a window waits for it to pass.',
    ),
  })
  .prefault({});

export type JournalConfig = z.infer<typeof journal>;
