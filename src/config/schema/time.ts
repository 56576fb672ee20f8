import * as z from 'zod';
import { latePolicy } from './rule-settings.ts';
import { duration, size } from './values.ts';

export const time = z
  .strictObject({
    idleAfter: duration('10s').describe(
      'After this time without events, a source no longer holds the watermark back. From then on its event clock runs at the speed of the wall clock.',
    ),
    maxLag: duration('10m').describe(
      'A source that is further behind the others than this no longer holds the watermark back.',
    ),
    maxAhead: duration('5m').describe(
      'An event whose timestamp is further after its receipt than this is counted as of its receipt and tagged `_timestamp_ahead`. No timestamp moves the clock of a source beyond the receipt.',
    ),
    settle: duration('0s').describe(
      'Deprecated, and nothing needs it: late events correct rules of all kinds (`correctFor`). For this time after a sender connects or reconnects, its events do not move the watermark. Windows stay open for so much longer. 0s: off. `logboom check` and the start warn of any other value.',
    ),
    correctFor: duration('24h').describe(
      'An event that arrives after its windows closed corrects them, and the alerts that follow from them, if it is at most this late. 0s: late events are counted as late, and correct nothing.',
    ),
    correctionMemory: size('256MB').describe(
      'Memory for what late events can correct, of all rules together. Beyond it, the oldest is forgotten first.',
    ),
    late: latePolicy
      .default('notify')
      .describe(
        'What happens when late events raise, change or withdraw an alert. `notify`: a notification that says so. `digest`: one notification in 10 minutes of each rule. `record`: documents only.',
      ),
    zone: z.string().default('UTC').describe('IANA time zone of log lines that state none.'),
  })
  .prefault({});

export type TimeConfig = z.infer<typeof time>;
/** What moves event time. */
export type ClockConfig = Pick<TimeConfig, 'idleAfter' | 'maxLag' | 'maxAhead' | 'settle'>;

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

export const limits = z
  .strictObject({
    groups: z
      .int()
      .min(1)
      .default(250_000)
      .describe(
        'Largest number of groups of all rules together. A group takes 1 to 5 KB of memory. Beyond it, events of further groups are treated as those beyond `maxGroups` of their rule. Each rule may keep 100 in any case.',
      ),
    values: z
      .int()
      .min(1)
      .default(1_000_000)
      .describe(
        'Largest number of values that all rules of the kind `new-term` remember together. A value takes about 100 bytes of memory. Beyond it, a rule forgets the tenth of its values that were not seen for longest.',
      ),
    sources: z
      .int()
      .min(1)
      .default(100_000)
      .describe(
        'Largest number of sources whose clocks event time is combined from. A source takes about 250 bytes of memory. Beyond it, the tenth of them that were idle for longest is forgotten, and begins anew with its next event.',
      ),
  })
  .prefault({});
