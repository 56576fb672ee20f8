import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldsOf } from '../../../src/notifiers/control/alert-fields.ts';
import { readSilence, stateOf } from '../../../src/notifiers/control/silence.ts';
import { alertTest } from '../../../src/notifiers/control/silences.ts';
import { compileQuery } from '../../../src/rules/kql/compile.ts';
import { anEpisode } from '../../support/rules/alerts.ts';

const now = Date.parse('2026-11-29T09:00:00Z');
const hour = 3_600_000;
const asked = { matchers: ['severity=high'], author: 'ann', comment: 'deploy', duration: '2h' };
const read = (changes: object = {}) => {
  const body = Object.fromEntries(
    Object.entries({ ...asked, ...changes }).filter(([, value]) => value !== undefined),
  );
  return readSilence(body, 's1', now);
};

describe('a request for a silence', () => {
  it.each<[object, object]>([
    [{}, {}],
    [{ duration: '90m' }, { endsAt: now + 1.5 * hour }],
    [{ duration: '3650d' }, { endsAt: now + 3_650 * 24 * hour }],
    [{ duration: undefined, endsAt: '2026-11-29T12:00:00+01:00' }, { endsAt: now + 2 * hour }],
    [{ duration: undefined, endsAt: now + 1 }, { endsAt: now + 1 }],
    [{ duration: undefined, endsAt: '2099-12-31T00:00:00Z' }, { endsAt: Date.UTC(2099, 11, 31) }],
    [{ startsAt: '2026-11-29T10:00:00Z' }, { startsAt: now + hour, endsAt: now + 3 * hour }],
    [{ startsAt: now - hour }, { startsAt: now - hour, endsAt: now + hour }],
    [
      { duration: undefined, untilResolved: true },
      { untilResolved: true, endsAt: now + 3_650 * 24 * hour },
    ],
    [{ untilResolved: true }, { untilResolved: true }],
    [{ untilResolved: false, endsOnNewGroup: false }, {}],
    [{ endsOnNewGroup: true }, { endsOnNewGroup: true }],
    [
      { matchers: [], query: ' alert.severity : high ' },
      { matchers: [], query: 'alert.severity : high' },
    ],
    [{ matchers: [' team = shop ', 'rule!="a b"'] }, { matchers: ['team="shop"', 'rule!="a b"'] }],
    [{ author: ' ann ', comment: ' x ' }, { comment: 'x' }],
  ])('%j', (changes, wanted) => {
    expect(read(changes)).toEqual({
      ...{ id: 's1', matchers: ['severity="high"'], author: 'ann', comment: 'deploy' },
      ...{ startsAt: now, endsAt: now + 2 * hour, createdAt: now },
      ...wanted,
    });
  });

  it.each<[object, unknown]>([
    [{ duration: undefined }, 'The silence has no end. Set `duration` (`2h`), `endsAt`, or `untilResolved`.'],
    [{ endsAt: now + 1 }, '`endsAt` and `duration` are both set. Keep one of them.'],
    [{ duration: 'long' }, '`long` is no duration. Write one such as `2h`.'],
    [{ duration: '0s' }, '`0s` is no duration. Write one such as `2h`.'],
    [{ duration: '-1h' }, '`-1h` is no duration. Write one such as `2h`.'],
    [{ duration: '3651d' }, '`3651d` is too long. Use 3650d or less.'],
    [
      { duration: undefined, endsAt: now },
      'The silence would end at 2026-11-29T09:00:00.000Z, which is in the past.',
    ],
    [
      { startsAt: now - 3 * hour },
      'The silence would end at 2026-11-29T08:00:00.000Z, which is in the past.',
    ],
    [{ duration: undefined, endsAt: now + 1, startsAt: now + 1 }, 'The silence would end before it begins.'],
    [{ matchers: [] }, 'A silence of all alerts needs a matcher that says so, such as `rule=~".+"`.'],
    [{ matchers: undefined }, 'A silence of all alerts needs a matcher that says so, such as `rule=~".+"`.'],
    [
      { matchers: ['severity'] },
      '`severity` is no matcher. Write one such as `severity="high"` or `team=~"a|b"`.',
    ],
    [
      { matchers: ['a=~"("'] },
      expect.stringContaining('The regular expression in `a=~"("` cannot be used: '),
    ],
    [{ author: undefined }, expect.stringMatching(/^`author`: /)],
    [{ author: '' }, expect.stringMatching(/^`author`: /)],
    [{ author: 'x'.repeat(201) }, expect.stringMatching(/^`author`: /)],
    [{ comment: ' ' }, expect.stringMatching(/^`comment`: /)],
    [{ comment: undefined, author: 5 }, expect.stringMatching(/^`author`: .+; `comment`: /)],
    [{ matchers: Array(51).fill('a=b') }, expect.stringMatching(/^`matchers`: /)],
    [{ matchers: ['a=b', 5] }, expect.stringMatching(/^`matchers\.1`: /)],
    [{ startsAt: 'tomorrow' }, expect.stringMatching(/^`startsAt`: /)],
    [{ endsAt: 1e300, duration: undefined }, expect.stringMatching(/^`endsAt`: /)],
    [{ endsAt: -1e300, duration: undefined }, expect.stringMatching(/^`endsAt`: /)],
    [{ startsAt: 1e300 }, expect.stringMatching(/^`startsAt`: /)],
    [{ untilResolved: 'yes' }, expect.stringMatching(/^`untilResolved`: /)],
    [{ extra: 1 }, expect.stringContaining('extra')],
  ])('%j is refused', (changes, message) => {
    expect(() => read(changes)).toThrow(expect.objectContaining({ code: 'USAGE', message }));
  });

  it.each([null, 'x', 5, [], undefined])('%j is none', (body) => {
    expect(() => readSilence(body, 's1', now)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  it('is a silence with times that can be written, or is refused in words', () => {
    const time = fc.oneof(
      fc.double(),
      fc.integer({ min: now - 1e10, max: now + 1e12 }),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    );
    const request = fc.record(
      { startsAt: time, endsAt: time, duration: fc.constantFrom('1h', '9999d', '') },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(request, (changes) => {
        try {
          const { startsAt, endsAt } = read({ duration: undefined, ...changes });
          expect(endsAt).toBeGreaterThan(Math.max(startsAt, now));
          expect([startsAt, endsAt].map((at) => new Date(at).toISOString())).toHaveLength(2);
          expect(endsAt).toBeLessThan(Date.UTC(10_010, 0));
        } catch (error) {
          expect(error).toMatchObject({ code: 'USAGE' });
        }
      }),
    );
  });

  it.each([
    [now - 1, 'pending'],
    [now, 'active'],
    [now + hour - 1, 'active'],
    [now + hour, 'expired'],
  ])('at %d is %s', (at, state) => {
    expect(stateOf({ startsAt: now, endsAt: now + hour }, at)).toBe(state);
  });

  it('that ended before it began is expired, and not pending', () => {
    expect(stateOf({ startsAt: now + hour, endsAt: now }, now)).toBe('expired');
  });
});

describe('the fields of an alert for a query', () => {
  const episode = anEpisode({
    by: { 'host.name': 'web-1', user: null },
    labels: { team: 'shop', 'host.name': 'forged' },
    runbook: 'https://runbook',
    peak: undefined,
    value: undefined,
  });
  const matches = (query: string, of = episode) => compileQuery(query)(fieldsOf(of));

  it.each<[string, boolean]>([
    ['rule.name : burst', true],
    ['alert.severity : high', true],
    ['alert.status : active', true],
    ['alert.group : "web-1"', true],
    ['alert.count >= 7', true],
    ['alert.condition : ">= 5"', true],
    ['alert.reason : *is*', true],
    ['alert.flapping : false', true],
    ['event.kind : alert', true],
    ['rule.reference : "https://runbook"', true],
    ['labels.team : shop', true],
    ['labels.* : shop', true],
    ['labels : *', true],
    ['labels.team : *', true],
    ['host.name : "web-1"', true],
    ['host.name : forged', false],
    ['user : *', false],
    // An alert about absence has neither a value nor a peak.
    ['alert.value : *', false],
    ['alert.peak : *', false],
    ['not alert.value : *', true],
    ['alert.value < 5', false],
    ['alert.nothing : *', false],
    ['message : *7*', true],
    ['* : shop', true],
    ['@timestamp >= "2026-01-01"', true],
  ])('%s: %s', (query, expected) => expect(matches(query)).toBe(expected));

  it('has a value where the alert has one', () => {
    expect(matches('alert.value : 7 and alert.peak : 7', anEpisode())).toBe(true);
    expect(matches('rule.reference : *', anEpisode())).toBe(false);
  });

  it.each<[string[], string | undefined, boolean]>([
    [['rule=burst'], undefined, true],
    [['rule=burst'], 'labels.team : shop', true],
    [['rule=burst'], 'labels.team : web', false],
    [['rule=other'], 'labels.team : shop', false],
    [[], 'labels.team : shop', true],
    [[], undefined, true],
    [['rule=burst', 'team=web'], undefined, false],
  ])('is matched by %j and %j: %s', (matchers, query, expected) => {
    expect(alertTest(matchers, query, compileQuery)(episode)).toBe(expected);
  });
});
