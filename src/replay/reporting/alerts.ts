import { beganAt, type Episode, type Handling } from '../../model.ts';
import type { ReportedAlert, Span } from '../../reports/report.ts';
import { withOutbox } from '../with-outbox.ts';

/** The alerts of a server that were open within an interval, the earliest first. Undefined: the server has kept none yet. */
export function alertsWithin(data: string, { from, to }: Span): Promise<ReportedAlert[] | undefined> {
  return withOutbox(data, undefined, ({ alerts }) => {
    const found: ReportedAlert[] = [];
    for (const { episode } of alerts.changesAfter(0)) {
      const { end = Number.POSITIVE_INFINITY } = episode;
      if (beganAt(episode) < to && end >= from)
        found.push(alertOf(episode, alerts.handlingOf(episode.id), to));
    }
    return found.sort((one, other) => one.start - other.start || (one.id < other.id ? -1 : 1));
  });
}

function alertOf(episode: Episode, handling: Handling | undefined, to: number): ReportedAlert {
  const { id, rule, group, severity, end, message } = episode;
  const start = beganAt(episode);
  const ended = end !== undefined && end <= to ? end : undefined;
  const { notified = [], suppressed = [], acknowledged } = handling ?? {};
  return {
    ...{ id, rule, group, severity, start, end: ended, duration: (ended ?? to) - start, message },
    notified: [
      ...new Set(notified.filter(({ refused }) => refused === undefined).map(({ notifier }) => notifier)),
    ],
    suppressed: [...new Set(suppressed.map(({ reason }) => reason))],
    ...(acknowledged && { acknowledged: acknowledged.by }),
  };
}
