import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { schema } from '../../../src/config/schema/schema.ts';
import {
  forgetSlowMatchers,
  formatMatcher,
  labelsOf,
  matchersGivenUp,
  parseMatcher,
  slowMatchers,
} from '../../../src/notifiers/control/matcher.ts';
import { matcherCautions } from '../../../src/notifiers/control/matcher-problems.ts';
import { anEpisode } from '../../support/rules/alerts.ts';

describe('a matcher that only JavaScript can read', () => {
  const hostile = { team: `${'a'.repeat(60)}!` };

  it.each(['=~', '!~'])('with %s does not match a value that uses up its time, and is told', (operator) => {
    const text = `team${operator}"(?=a)(a+)+"`;
    const matcher = parseMatcher(text);
    expect(matcher.matches(hostile)).toBe(false);
    expect(matcher.matches({ team: 'aaa' })).toBe(operator === '=~');
    expect(slowMatchers()[text]).toMatch(/^1 values used up/);
  });

  it('is no longer tried after ten such values', () => {
    const text = 'team=~"(?=a)(?:a+)+"';
    const matcher = parseMatcher(text);
    for (let time = 0; time < 10; time += 1) matcher.matches(hostile);
    expect(matcher.matches({ team: 'aaa' })).toBe(false);
    expect(slowMatchers()[text]).toMatch(/^10 values .* until the configuration is loaded again$/);
    expect(parseMatcher(text).matches({ team: 'aaa' })).toBe(true);
    expect(matchersGivenUp()).toEqual([text]);
    forgetSlowMatchers();
    expect(matchersGivenUp()).toEqual([]);
    expect(slowMatchers()).toEqual({});
  });

  it('is named by check with its place', () => {
    const [linear, guarded] = ['team=~"a+"', 'team=~"(?=a).*"'];
    const config = schema.parse({
      routes: [{ matchers: [linear], notify: ['log'], routes: [{ matchers: [linear, guarded] }] }],
      inhibit_rules: [{ source_matchers: [linear], target_matchers: [guarded] }],
    });
    const found = matcherCautions(config);
    expect(found).toHaveLength(2);
    expect(found[0]).toMatch(
      /^`routes\[0\]\.routes\[0\]\.matchers`: the expression of `team=~"\(\?=a\)\.\*"` looks/,
    );
    expect(found[1]).toMatch(/^`inhibit_rules\[0\]\.target_matchers`/);
  });
});

describe('a matcher', () => {
  const labels = labelsOf(
    anEpisode({
      labels: { team: 'shop', rule: 'forged' },
      by: { 'host.name': 'web-1', 'user.id': 7, none: null },
    }),
  );

  it.each<[string, boolean]>([
    ['severity="high"', true],
    ['severity=high', true],
    ['severity!="high"', false],
    ['rule="burst"', true],
    ['alertname=burst', true],
    ['group="web-1"', true],
    ['host.name=~"web-.*"', true],
    ['host.name=~"web"', false],
    ['host.name!~"web"', true],
    ['user.id="7"', true],
    ['none=""', true],
    ['missing=""', true],
    ['missing!=""', false],
    ['missing=~".+"', false],
    [' team = "shop" ', true],
    ['"team"="shop"', true],
    ['team=~"shop|cart"', true],
    ['team!~"shop|cart"', false],
    // Flags within an expression are those of RE2, which Alertmanager has.
    ['team=~"(?i)SHOP"', true],
    ['team=~"SHOP"', false],
    ['team=~"\\\\Ashop\\\\z"', true],
    ['team=~"(?P<t>shop)"', true],
    ['team=~"[[:alpha:]]+"', true],
    // JavaScript alone knows these.
    ['team=~"(?=s).*"', true],
    ['team=~"(?!s).*"', false],
    ['team=~"(.)h\\\\1?op"', true],
    ['team=~""', false],
    ['missing=~""', true],
    ['team=~"sh.p"', true],
    ['team=~"s"', false],
  ])('%s: %s', (text, expected) => {
    expect(parseMatcher(text).matches(labels)).toBe(expected);
  });

  it.each(['', 'severity', '="high"', 'a b="c"', 'severity="high', '{severity="high"}', 'a=="b"'])(
    'is not %s',
    (text) => {
      expect(() => parseMatcher(text)).toThrow(/is no matcher/);
    },
  );

  it('names a regular expression that cannot be used', () => {
    expect(() => parseMatcher('team=~"("')).toThrow(/regular expression in `team=~"\("`/);
    expect(() => parseMatcher(`team=~"${'a'.repeat(1_001)}"`)).toThrow(/more than 1000 characters/);
  });

  it('matches a value of several lines as a whole', () => {
    const lines = { note: 'first\nsecond' };
    expect(parseMatcher('note=~"first.second"').matches(lines)).toBe(true);
    expect(parseMatcher('note=~"first"').matches(lines)).toBe(false);
    expect(parseMatcher('note="first\\nsecond"').matches(lines)).toBe(true);
  });

  it('takes no longer than the value is long, whatever the expression', () => {
    // By backtracking this would take longer than the universe is old.
    expect(parseMatcher('team=~"(a+)+b"').matches({ team: 'a'.repeat(5_000) })).toBe(false);
  });

  it('has one usual form, which reads as the same', () => {
    const names = fc.oneof(
      fc.constantFrom('severity', 'host.name'),
      fc.string({ minLength: 1, unit: 'binary' }),
    );
    fc.assert(
      fc.property(
        names,
        fc.constantFrom('=', '!='),
        fc.string({ unit: 'grapheme' }),
        (name, operator, value) => {
          const text = `${JSON.stringify(name)}${operator}${JSON.stringify(value)}`;
          fc.pre(!/\\[^"\\n]/.test(text));
          const once = parseMatcher(text);
          const twice = parseMatcher(formatMatcher(once));
          expect([twice.name, twice.operator, twice.value]).toEqual([once.name, once.operator, once.value]);
          expect([once.name, once.value]).toEqual([name, value]);
        },
      ),
    );
  });
});
