import * as z from 'zod';
import type { Millis } from '../../../model.ts';
import { number, objectOf } from '../../../util/snapshot.ts';
import type { DowntimeSpan } from '../../run/run.ts';

/** A downtime, and the event time up to which groups had been visited when it was known. */
export interface NotedDowntime {
  span: DowntimeSpan;
  noted: Millis;
}

export const downtimeSpan = objectOf<DowntimeSpan>({ from: number, to: number, until: number });
export const notedDowntimes: z.ZodType<NotedDowntime[]> = z.array(
  objectOf<NotedDowntime>({ span: downtimeSpan, noted: number }),
);

/** So many are kept. */
const most = 100;

/** Times in which the server was down, in the order in which they were known. The lack of events until the senders were back proves nothing. */
export class Downtimes {
  all: NotedDowntime[] = [];

  /** Those of which the senders were back before `horizon` are forgotten. */
  note(span: DowntimeSpan, noted: Millis, horizon: Millis): void {
    this.all = [...this.all.filter(({ span: { until } }) => until >= horizon), { span, noted }].slice(-most);
  }

  /**
   * Since when events are expected of a group whose last event is given, and the downtime that is the reason. A downtime
   * does not matter to a group that was absent already when it was known.
   */
  expectedSince(last: Millis, every: Millis): { from: Millis; downtime: DowntimeSpan | undefined } {
    let from = last;
    let downtime: DowntimeSpan | undefined;
    for (const { span, noted } of this.all) {
      if (from + every < noted || span.until <= from) continue;
      [from, downtime] = [span.until, span];
    }
    return { from, downtime };
  }
}
