import type { Report } from '../report.ts';

/** A report with times in ISO 8601, UTC, and names as documents have them. */
export function documentOf(report: Report): Record<string, unknown> {
  const { from, to, createdAt, series, alerts, silentSources, ...rest } = report;
  return {
    ...{ from: iso(from), to: iso(to), createdAt: iso(createdAt), ...rest },
    series: series.map(([at, events, errors]) => ({ at: iso(at), events, errors })),
    silentSources: silentSources.map((one) => ({ ...one, lastSeen: iso(one.lastSeen) })),
    ...(alerts && {
      alerts: alerts.map((one) => ({
        ...one,
        start: iso(one.start),
        end: one.end === undefined ? null : iso(one.end),
      })),
    }),
  };
}

const iso = (time: number) => new Date(time).toISOString();
const time = (text: string) => Date.parse(text);

/** The report of a document. */
export function reportFrom(document: ReturnType<typeof documentOf>): Report {
  const { from, to, createdAt, series, alerts, silentSources, ...rest } = document as {
    [Name in keyof Report]: unknown;
  } & { from: string; to: string; createdAt: string } & {
    series: { at: string; events: number; errors: number }[];
    silentSources: { lastSeen: string }[];
    alerts?: { start: string; end: string | null }[];
  };
  return {
    ...{ from: time(from), to: time(to), createdAt: time(createdAt), ...rest },
    series: series.map(({ at, events, errors }) => [time(at), events, errors]),
    silentSources: silentSources.map((one) => ({ ...one, lastSeen: time(one.lastSeen) })),
    alerts: alerts?.map((one) => ({
      ...one,
      start: time(one.start),
      end: one.end === null ? undefined : time(one.end),
    })),
  } as Report;
}
