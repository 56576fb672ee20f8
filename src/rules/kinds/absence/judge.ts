import type { Millis } from '../../../model.ts';
import { formatDuration } from '../../../util/text.ts';
import type { Judgement } from '../../judge.ts';
import type { AbsenceChange } from './tracker.ts';

/** A change of a group, with what is known of the shipper of its last event: when that one was last seen. */
type Change = Omit<AbsenceChange, 'group'> & { shipper?: { field: string; name: string; seen: Millis } };

/** An absence does not get worse with time: its peak is the value of its first observation. */
const absent = { verdict: 'true', measuredBy: { distance: () => 0 } } as const;

/** The reason tells three cases apart: the group never had an event, one log of a shipper is silent, or the whole shipper. */
export function judgeAbsence(change: Change, every: Millis): Judgement {
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
    reason: `gone: last seen at ${clock(last)}${down}, ${expected}${shipperPart(change, every)}`,
  };
}

/** A shipper without any event for half of `every` counts as gone, with all its logs. */
function shipperPart({ at, shipper }: Change, every: Millis): string {
  if (shipper === undefined) return '';
  const { field, name, seen } = shipper;
  if (seen > at - every / 2) return `; only this group: its shipper ${name} (${field}) still sends`;
  return `; the whole shipper ${name} (${field}) is gone: nothing came from it since ${clock(seen)}`;
}

/** With the day, because an absence may last for days. */
function clock(at: Millis): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}
