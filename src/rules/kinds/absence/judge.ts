import type { KindConfig } from '../../../config/schema/rules.ts';
import type { Millis, Scalar } from '../../../model.ts';
import { formatDuration } from '../../../util/units.ts';
import { all, missing, partOf, shortened } from '../../group.ts';
import type { Judgement } from '../../judge.ts';

/** What is known of a group that fell silent, came back or was forgotten. */
interface Silent {
  kind: 'silent' | 'back' | 'forgotten';
  at: Millis;
  /** When it was last heard of; undefined: never. */
  last: Millis | undefined;
  /** From when on it was waited for. */
  from: Millis;
  /** The shipper of its last event, and when that one was last heard of. */
  shipper?: { field: string; name: string; heard: Millis };
}

/** The groups that the configuration names, by key, as `groupingBy` writes it, with their fields. */
export function rosterOf({ by, expect }: KindConfig<'absence'>): Map<string, Record<string, Scalar>> {
  if (by.length === 0) return new Map([[all, {}]]);
  return new Map(expect.map((group) => [groupKey(group, by), fieldsOf(group, by)] as const));
}

/** The key that events have of the group that a person wrote down: `C:\\logs` and `"a"` are escaped there. */
function groupKey(group: string, by: readonly string[]): string {
  return partsOf(group, by)
    .map((part) => (part === missing ? part : partOf(textOf(part))))
    .join(', ');
}

/** `web-1, nginx.access` for `by: [host.name, event.dataset]`. Undefined values: the numbers do not match. */
function fieldsOf(group: string, by: readonly string[]): Record<string, Scalar> {
  const parts = partsOf(group, by);
  return Object.fromEntries(
    by.flatMap((name, place) => {
      const part = parts[place];
      return part === undefined || part === missing ? [] : [[name, textOf(part)]];
    }),
  );
}

export function isWholeGroup(group: string, by: readonly string[]): boolean {
  return partsOf(group, by).length === by.length;
}

/** Of one field all is the value, commas included. */
function partsOf(group: string, by: readonly string[]): string[] {
  return by.length === 1 ? [group] : group.split(/(?<!\\), /);
}

/** As people write it, or with the escapes that keys in alerts and messages have. */
function textOf(part: string): string {
  return part === '""' ? '' : shortened(part.replace(/\\([,"\\])|^\\(_)/g, '$1$2'));
}

/** A silence is no worse for being looked at later: however long it lasts, its peak is that of its first look. */
const gone = { verdict: 'true', measuredBy: { distance: () => 0 } } as const;

/** Says which of three is silent: somebody who was never there, one log of a shipper, or the whole shipper. */
export function absenceJudgement(news: Silent, every: Millis): Judgement {
  const { kind, at, last, from } = news;
  if (kind === 'back')
    return { verdict: 'calm', reason: `seen again after ${formatDuration(at - (last ?? from))}` };
  if (kind === 'forgotten')
    return {
      verdict: 'calm',
      reason: `forgotten, for it was not seen for ${formatDuration(at - (last ?? from))}`,
    };
  const expected = `expected every ${formatDuration(every)}`;
  if (last === undefined)
    return { ...gone, reason: `never seen since the start at ${clock(from)}, ${expected}` };
  const deaf = from > last ? `, and not since ${clock(from)}, when logboom listened again` : '';
  return {
    ...gone,
    reason: `gone: last seen at ${clock(last)}${deaf}, ${expected}${shipperPart(news, every)}`,
  };
}

/** A shipper of which half the time nothing was heard is taken to be gone with all its logs. */
function shipperPart({ at, shipper }: Silent, every: Millis): string {
  if (shipper === undefined) return '';
  const { field, name, heard } = shipper;
  if (heard > at - every / 2) return `; only this group: its shipper ${name} (${field}) is still heard`;
  return `; the whole shipper ${name} (${field}) is gone: nothing came from it since ${clock(heard)}`;
}

/** With the day, for silences last. */
function clock(at: Millis): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}
