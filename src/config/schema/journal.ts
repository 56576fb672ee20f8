import { z } from 'zod';
import { duration, size } from './values.ts';

export const journal = z
  .strictObject({
    maxSize: size('4gb').describe(
      'Bytes of batches that may wait for the slowest reader. When the journal is full, senders wait; no event is dropped.',
    ),
    keepAge: duration('24h').describe(
      'How long batches are kept after all readers have read them. `explain` reads them.',
    ),
    keepSize: size('1gb').describe(
      'Largest size of the batches that are kept after all readers have read them.',
    ),
    tick: duration('250ms').describe(
      'Interval of the ticks: records without events that carry the time while a window waits for it.',
    ),
  })
  .prefault({});

export type JournalConfig = z.infer<typeof journal>;
