import type { Millis } from '../model.ts';
import type { Status } from '../telemetry/api/status.ts';
import type { AlertRow, StatusClass, TopEntry, Traffic } from './model.ts';

/** Alerts that begin or end, for the history. */
interface AlertEvent {
  at: Millis;
  begins: boolean;
  text: string;
}

/** What `logboom top` shows at one moment. Rates are events a second. */
export interface Snapshot {
  title: string;
  at: Millis;
  /** Of the last complete seconds, of ten seconds, of two minutes, and of all that is known. */
  rates: { now: number; ten: number; minutes: number; lifetime: number };
  /** Events of equal stretches of the last two minutes, oldest first. */
  spark: number[];
  events: number;
  errors: number;
  bytes: number;
  statuses: Record<StatusClass, number>;
  tops: Record<'sections' | 'paths' | 'clients' | 'hosts', TopEntry[]>;
  slowest: TopEntry[];
  /** Open alerts. */
  alerts: AlertRow[];
  /** Newest first. */
  history: AlertEvent[];
  sources: { name: string; state: string }[];
  /** What is under way, in words. */
  progress?: string;
  problems: string[];
}

interface Observed {
  title: string;
  /** Of the last two minutes. */
  traffic: Traffic;
  alerts: AlertRow[];
  /** Ended alerts. */
  past: AlertRow[];
  status: Status | undefined;
}

/** The view of a running server. */
export function snapshotOf({ title, traffic, alerts, past, status }: Observed, at: Millis): Snapshot {
  const { bars, interval, from, to } = traffic;
  // The last bar is not over yet.
  const complete = bars.filter((bar) => bar.at >= from && bar.at + interval <= to);
  const since = (length: Millis) => complete.filter((bar) => bar.at + interval > to - length - interval);
  const rate = (some: typeof bars) =>
    some.length === 0
      ? 0
      : (some.reduce((sum, { events }) => sum + events, 0) / (some.length * interval)) * 1_000;
  return {
    ...{ title, at, events: traffic.events, errors: traffic.errors, bytes: traffic.bytes },
    rates: {
      now: rate(complete.slice(-1)),
      ten: rate(since(10_000)),
      minutes: rate(complete),
      lifetime: status === undefined ? rate(complete) : lifetimeRate(status),
    },
    spark: complete.map(({ events }) => events),
    statuses: traffic.statuses,
    tops: traffic.tops,
    slowest: traffic.slowest,
    alerts,
    history: historyOf(alerts, past),
    sources: sourcesOf(status, at),
    problems: traffic.problems,
  };
}

/** Of each source since it was first seen. */
function lifetimeRate({ sources }: Status): number {
  const list = sources?.list ?? [];
  const events = list.reduce((sum, source) => sum + source.events, 0);
  const first = Math.min(...list.map(({ firstSeen }) => firstSeen));
  const last = Math.max(...list.map(({ lastSeen }) => lastSeen));
  return last > first ? (events / (last - first)) * 1_000 : 0;
}

/** When alerts began and ended, newest first. */
export function historyOf(alerts: readonly AlertRow[], past: readonly AlertRow[]): AlertEvent[] {
  const events = [...alerts, ...past].flatMap(({ start, end, rule, group, message }): AlertEvent[] => {
    const name = group === '' ? rule : `${rule} (${group})`;
    const begun = { at: start, begins: true, text: `${name}: ${message}` };
    return end === undefined ? [begun] : [{ at: end, begins: false, text: `${name} is over` }, begun];
  });
  return events.toSorted((one, other) => other.at - one.at).slice(0, 50);
}

const silentAfter: Millis = 60_000;

function sourcesOf(status: Status | undefined, at: Millis): Snapshot['sources'] {
  return (status?.sources?.list ?? []).map(({ name, format, rate, lastSeen, problems }) => {
    const silent = at - lastSeen;
    const seen = silent > silentAfter ? `silent for ${Math.round(silent / 1_000)} s` : `${rate.toFixed(1)}/s`;
    const problem = problems[0] === undefined ? '' : `, ${problems[0].reason}`;
    return { name, state: `${format ?? 'not recognised'}, ${seen}${problem}` };
  });
}
