import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ActiveHoursConfig, days } from '../../src/config/schema/rule-settings.ts';
import { ActiveHours, withinHours } from '../../src/rules/active-hours.ts';
import { ruleProblems } from '../../src/rules/problems.ts';
import { ruleConfig } from '../support/rules/rules.ts';

const hours = (input: Partial<ActiveHoursConfig> = {}) =>
  new ActiveHours({ zone: 'UTC', days: [...days], hours: ['00:00-24:00'], ...input });
const workdays: ActiveHoursConfig['days'] = ['mon', 'tue', 'wed', 'thu', 'fri'];
const at = (text: string) => Date.parse(text);
const minute = 60_000;

describe('active hours', () => {
  // 2026-11-21 is a Saturday.
  it.each([
    ['2026-11-20T07:59:59.999Z', false],
    ['2026-11-20T08:00:00Z', true],
    ['2026-11-20T17:59:59.999Z', true],
    ['2026-11-20T18:00:00Z', false],
    ['2026-11-21T12:00:00Z', false],
    ['2026-11-22T12:00:00Z', false],
    ['2026-11-23T12:00:00Z', true],
    ['1969-12-31T12:00:00Z', true],
    ['1969-12-28T12:00:00Z', false],
  ])('on workdays from eight to six: %s is %s', (time, inside) => {
    expect(hours({ days: workdays, hours: ['08:00-18:00'] }).at(at(time))).toBe(inside);
  });

  it.each([
    ['2026-11-20T21:59:00Z', false],
    ['2026-11-20T22:00:00Z', true],
    ['2026-11-21T05:59:00Z', true],
    ['2026-11-21T06:00:00Z', false],
    ['2026-11-20T05:00:00Z', false],
  ])('over midnight belong to the day on which they begin: %s is %s', (time, inside) => {
    expect(hours({ days: ['fri'], hours: ['22:00-06:00'] }).at(at(time))).toBe(inside);
  });

  it('may be several of a day', () => {
    const twice = hours({ hours: ['08:00-12:00', '13:00-17:00'] });
    expect([9, 12, 14].map((hour) => twice.at(Date.UTC(2026, 0, 5, hour)))).toEqual([true, false, true]);
  });

  it('are those of clocks in the zone, in winter and in summer', () => {
    const berlin = hours({ zone: 'Europe/Berlin', hours: ['08:00-18:00'] });
    expect([6, 7, 16, 17].map((hour) => berlin.at(Date.UTC(2026, 0, 5, hour)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect([5, 6, 15, 16].map((hour) => berlin.at(Date.UTC(2026, 6, 6, hour)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(hours({ zone: 'Asia/Kolkata', hours: ['09:00-10:00'] }).at(at('2026-01-05T03:30:00Z'))).toBe(true);
  });

  it('miss the hour that does not exist when clocks are put forward', () => {
    // 2026-03-29 01:00 UTC: clocks in Berlin go from 2:00 to 3:00.
    const night = hours({ zone: 'Europe/Berlin', hours: ['02:30-04:00'] });
    expect(night.at(at('2026-03-29T00:59:00Z'))).toBe(false);
    expect(night.at(at('2026-03-29T01:00:00Z'))).toBe(true);
    expect(night.changeAfter(at('2026-03-29T00:30:00Z'))).toBe(at('2026-03-29T01:00:00Z'));
    expect(night.changeAfter(at('2026-03-29T01:00:00Z'))).toBe(at('2026-03-29T02:00:00Z'));
    const gone = hours({ zone: 'Europe/Berlin', hours: ['02:00-03:00'] });
    expect(gone.changeAfter(at('2026-03-29T00:00:00Z'))).toBe(at('2026-03-30T00:00:00Z'));
  });

  it('count twice the hour that comes twice when clocks are put back', () => {
    // 2026-10-25 01:00 UTC: clocks in Berlin go from 3:00 to 2:00.
    const night = hours({ zone: 'Europe/Berlin', hours: ['02:00-02:30'] });
    const inside = [0, 29, 30, 60, 89, 90].map((after) =>
      night.at(at('2026-10-25T00:00:00Z') + after * minute),
    );
    expect(inside).toEqual([true, true, false, true, true, false]);
    expect(night.changeAfter(at('2026-10-25T00:30:00Z'))).toBe(at('2026-10-25T01:00:00Z'));
  });

  it('that are always never change', () => {
    expect(hours().changeAfter(at('2026-01-01T00:00:00Z'))).toBe(Number.POSITIVE_INFINITY);
  });

  it('change at the moment that a search minute by minute finds', () => {
    const spans = fc.tuple(fc.nat(23), fc.nat(23)).filter(([a, b]) => a !== b);
    const two = (n: number) => String(n).padStart(2, '0');
    const moment = fc.date({ min: new Date('2026-03-20'), max: new Date('2026-04-05'), noInvalidDate: true });
    fc.assert(
      fc.property(spans, fc.subarray(workdays, { minLength: 1 }), moment, ([from, to], on, date) => {
        const some = hours({ zone: 'Europe/Berlin', days: on, hours: [`${two(from)}:00-${two(to)}:00`] });
        const time = date.getTime();
        const change = some.changeAfter(time);
        expect(some.at(change)).not.toBe(some.at(time));
        expect(some.at(change - 1)).toBe(some.at(time));
        expect(some.changeAfter((time + change) / 2)).toBe(change);
      }),
      { numRuns: 50 },
    );
  });

  it('come back after the week in which summer time skips them', () => {
    const skipped = hours({ zone: 'Europe/Berlin', days: ['sun'], hours: ['02:15-02:45'] });
    expect(skipped.changeAfter(at('2026-03-23T00:00:00Z'))).toBe(at('2026-04-05T00:15:00Z'));
    expect(skipped.changeAfter(at('2026-04-05T00:15:00Z'))).toBe(at('2026-04-05T00:45:00Z'));
  });

  it('say what time it is there', () => {
    const berlin = hours({ zone: 'Europe/Berlin', days: workdays, hours: ['08:00-18:00'] });
    const look = (time: string) =>
      withinHours(
        { verdict: 'true', reason: 'x' },
        { at: at(time), since: at(time) - minute },
        { hours: berlin, moments: false, raisedByFew: false, over: minute },
      );
    expect(look('2026-11-21T11:05:00Z')).toEqual({
      verdict: 'calm',
      reason:
        'it is Sat 12:04, outside the active hours (mon, tue, wed, thu, fri 08:00-18:00 Europe/Berlin), so the condition was not looked at',
    });
    expect(look('2026-11-20T11:05:00Z').reason).toBe('x');
  });
});

it.each([
  [{ activeHours: { zone: 'Europe/Berln' } }, 'rules[0].activeHours.zone'],
  [{ activeHours: { hours: ['08:00-08:00'] } }, 'rules[0].activeHours.hours[0]'],
  [{ cooldownGrowth: 2 }, 'rules[0].cooldownGrowth'],
  [{ cooldown: '2d', cooldownGrowth: 2 }, 'rules[0].cooldownMax'],
])('the check of rules refuses %j', (input, path) => {
  expect(ruleProblems({ rules: [ruleConfig(input)] })).toMatchObject([{ path }]);
});
