import { checkRoster } from '../../roster.ts';
import { defaults, defineKind } from '../kind.ts';
import { AbsenceRun } from './run.ts';
import { schema } from './schema.ts';

/** A group without events for too long. */
export const absence = defineKind({
  schema,
  traits: { raisesEarly: false, keepsLate: false, moments: false, absence: true },
  settings: (config) => ({
    ...defaults,
    ...config,
    measure: 'seconds of silence',
    when: `> ${config.every / 1000}`,
    over: config.every,
    // Its observations lie on no grid, hence hops of a millisecond.
    every: 1,
  }),
  counting: ({ every }) => ({ measure: 'count', when: `> ${every / 1000}` }),
  check({ every, by, expect, learn, forget }, report) {
    if (every < 1) report('every', 'everybody would be silent all the time', 'use 1ms or more, such as 5m');
    if (by.length > 0 && learn && forget <= every)
      report('forget', 'a group would be forgotten before it is silent', 'use a multiple of `every`');
    if (!learn && expect.length === 0 && by.length > 0)
      report('expect', 'no group is expected, and none is learned', 'name groups, or set `learn: true`');
    checkRoster({ by, expect }, report);
  },
  start: (parts) => new AbsenceRun(parts),
});
