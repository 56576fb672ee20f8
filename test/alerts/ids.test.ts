import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idOf, isOfRule } from '../../src/alerts/episode-writer.ts';

const at = Date.parse('2026-11-21T10:00:00.120Z');

describe('the id of an episode', () => {
  it.each([
    ['web-1', 'burst~web-1~2026-11-21T10:00:00.120Z'],
    ['', 'burst~~2026-11-21T10:00:00.120Z'],
    ['web-1, 404', 'burst~web-1%2C%20404~2026-11-21T10:00:00.120Z'],
    ['ä/~', 'burst~%C3%A4%2F%7E~2026-11-21T10:00:00.120Z'],
  ])('of the group %j is %s', (group, id) => {
    expect(idOf('burst', group, at)).toBe(id);
  });

  it('is short, plain and another one for another group', () => {
    const group = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({ unit: 'grapheme', minLength: 150, maxLength: 400 }),
    );
    fc.assert(
      fc.property(group, group, (one, other) => {
        const [a, b] = [idOf('r'.repeat(100), one, at), idOf('r'.repeat(100), other, at)];
        expect(a).toMatch(/^[\w.~%:-]{1,340}$/);
        expect(a === b).toBe(one === other);
      }),
    );
  });

  it.each([
    ['High Error Rate', 'High%20Error%20Rate~web-1~2026-11-21T10:00:00.120Z'],
    ['5xx (EU/West)', '5xx%20%28EU%2FWest%29~web-1~2026-11-21T10:00:00.120Z'],
  ])('of the rule %j is %s, and belongs to that rule', (rule, id) => {
    expect(idOf(rule, 'web-1', at)).toBe(id);
    expect(isOfRule(id, rule)).toBe(true);
    expect(isOfRule(id, `${rule}s`)).toBe(false);
  });

  it('is short enough for Elasticsearch whatever the rule is called', () => {
    expect(idOf('ä'.repeat(100), '漢'.repeat(400), at).length).toBeLessThan(512 - 60);
    expect(idOf('ä'.repeat(100), '', at)).not.toBe(idOf(`${'ä'.repeat(99)}ö`, '', at));
  });

  it('tells long groups with the same beginning apart', () => {
    expect(idOf('r', `${'x'.repeat(500)}a`, at)).not.toBe(idOf('r', `${'x'.repeat(500)}b`, at));
  });
});
