import { z } from 'zod';
import { duration } from './values.ts';

export const time = z
  .strictObject({
    idleAfter: duration('10s').describe(
      'A source silent for so long no longer holds the watermark back; from then on its event clock runs at the speed of the wall clock.',
    ),
    maxLag: duration('10m').describe(
      'A source that is farther behind the others no longer holds the watermark back.',
    ),
    maxAhead: duration('5m').describe(
      'A timestamp farther ahead of its source and of the wall clock is tagged and does not move the watermark.',
    ),
    settle: duration('0s').describe(
      'How long after a connection is new (or is there again) what comes over it does not move the watermark, for a sender overtakes its own windows then: 2s to 5s make a backlog be counted whole. Until then windows stay open; a condition that can only become truer raises its alert at once all the same, but for a backlog’s. 0s: not at all.',
    ),
    zone: z.string().default('UTC').describe('IANA time zone of log lines that name none.'),
  })
  .prefault({});

export type TimeConfig = z.infer<typeof time>;
