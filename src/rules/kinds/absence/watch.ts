import type { Millis, Observation, Output, Scalar } from '../../../model.ts';
import { formatDuration } from '../../../util/text.ts';
import type { Series } from '../../correction/series.ts';
import type { Judgement } from '../../judge.ts';
import type { AlertBook } from '../../run/alert-book.ts';
import type { AbsenceTracker } from './tracker.ts';
import type { AbsenceChange } from './tracker-state.ts';

/** The shipper of a group's last event: when it was last seen. */
export interface ShipperSeen {
  field: string;
  name: string;
  seen: Millis;
}

interface AbsenceWatchParts {
  every: Millis;
  tracker: AbsenceTracker;
  book: AlertBook;
  /** Alerts of the past are saved in it. */
  series: Series | undefined;
  roster: ReadonlyMap<string, Record<string, Scalar>>;
  shipperOf: (group: string, at: Millis) => ShipperSeen | undefined;
}

/** Judges what the tracker finds: turns absences into alerts. */
export class AbsenceWatch {
  readonly #parts: AbsenceWatchParts;
  /** Number of changes that were judged. */
  changes = 0;

  constructor(parts: AbsenceWatchParts) {
    this.#parts = parts;
  }

  /** Judges what becomes of groups up to that time. */
  advance(time: Millis, outputs: Output[]): void {
    this.#parts.tracker.advance(time, (change) => this.#observe(change, outputs));
  }

  #observe(change: AbsenceChange, outputs: Output[]): void {
    const { every, tracker, book, series, roster, shipperOf } = this.#parts;
    const { group, at, from, last } = change;
    this.changes += 1;
    book.setFields(group, () => roster.get(group) ?? {});
    const since = last ?? from;
    const value = (at - since) / 1000;
    const window = { start: since, end: at };
    const observation: Observation = { at, since, window, value, count: 0, early: false };
    const judgement = judgeAbsence(change, shipperOf(group, at), every);
    const again = book.observe(group, observation, outputs, judgement);
    if (again.length > 0) tracker.remind(group, Math.min(...again));
    series?.add(group, {
      at,
      timers: [],
      alert: { ...book.lift(group), judge: tracker.lift(group) ?? null },
    });
  }
}

/** An absence does not get worse with time: its peak is the value of its first observation. */
const absent = { verdict: 'true', measuredBy: { distance: () => 0 } } as const;

/** The reason tells three cases apart: the group never had an event, one log of a shipper is silent, or the whole shipper. */
function judgeAbsence(change: AbsenceChange, shipper: ShipperSeen | undefined, every: Millis): Judgement {
  const { kind, at, last, from, downtime } = change;
  if (kind === 'back')
    return { verdict: 'calm', reason: `seen again after ${formatDuration(at - (last ?? from))}` };
  if (kind === 'forgotten')
    return {
      verdict: 'calm',
      reason: `forgotten, for it was not seen for ${formatDuration(at - (last ?? from))}`,
    };
  const expected = `expected every ${formatDuration(every)}`;
  const down = downtime
    ? `, and not since ${clock(from)} (logboom was down from ${clock(downtime.from)} to ${clock(downtime.to)}, and the senders had until then to reconnect)`
    : '';
  if (last === undefined)
    return { ...absent, reason: `never seen${down || ` since the start at ${clock(from)}`}, ${expected}` };
  return {
    ...absent,
    reason: `gone: last seen at ${clock(last)}${down}, ${expected}${shipperPart(at, shipper, every)}`,
  };
}

/** A shipper without any event for half of `every` counts as gone, with all its logs. */
function shipperPart(at: Millis, shipper: ShipperSeen | undefined, every: Millis): string {
  if (shipper === undefined) return '';
  const { field, name, seen } = shipper;
  if (seen > at - every / 2) return `; only this group: its shipper ${name} (${field}) still sends`;
  return `; the whole shipper ${name} (${field}) is gone: nothing came from it since ${clock(seen)}`;
}

/** With the day, because an absence may last for days. */
function clock(at: Millis): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}
