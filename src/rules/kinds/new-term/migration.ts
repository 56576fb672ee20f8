import type { Millis } from '../../../model.ts';
import { type Stretch, withStretch } from '../../stretches.ts';
import type { PackedTerms } from './terms.ts';

/** The state of version 1. Times that are null never were. */
interface TermsV1 {
  settled: Millis | null;
  groups: [
    name: string,
    since: Millis,
    last: Millis,
    seen: Millis | null,
    again: Millis | null,
    known: [value: string, lastSeen: Millis][],
    pending: [value: string, Stretch[]][],
  ][];
}

/** Only when a value was seen last was known: that is its stretch, and late events correct nothing before. */
export function migrateTerms(state: unknown): unknown {
  const { settled, groups } = state as TermsV1;
  return { settled, reach: settled, groups: groups.map((group) => migrated(group, settled)) };
}

function migrated(group: TermsV1['groups'][number], settled: Millis | null): PackedTerms {
  const [name, since, last, seen, again, known, pending] = group;
  // It had been seen before what is settled, which makes it no new value.
  const before = (time: Millis) => (settled === null ? time : Math.min(time, settled - 1));
  const values = new Map(known.map(([value, time]): [string, Stretch[]] => [value, [[before(time), time]]]));
  for (const [value, stretches] of pending) {
    const joined = stretches.reduce((all, one) => withStretch(all, one, 0), values.get(value) ?? []);
    values.set(value, joined);
  }
  const times: Stretch[] =
    again === null || seen === null
      ? [[since, last]]
      : [
          [since, seen],
          [again, last],
        ];
  const touched = pending.map(([value, [first]]): [string, Millis] => [value, first![0]]);
  return [name, times, [...values], touched, settled];
}
