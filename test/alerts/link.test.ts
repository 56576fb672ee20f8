import { describe, expect, it } from 'vitest';
import { discoverLink, type View } from '../../src/alerts/discover.ts';

const start = Date.parse('2026-11-21T10:00:00Z');
const look: View = {
  query: 'event.dataset: "nginx.access"',
  names: ['host.name'],
  by: { 'host.name': 'web-1' },
  group: 'web-1',
  window: { start, end: start + 1000 },
};
const stateIn = (changes: Partial<View> = {}) =>
  decodeURIComponent(discoverLink({ url: 'https://kibana.example' }, { ...look, ...changes })!);

describe('the link to Discover', () => {
  it('is there only where Kibana’s address is known', () => {
    expect(discoverLink({}, look)).toBeUndefined();
  });

  it.each([
    ['https://kibana.example', undefined, 'https://kibana.example/app/discover#/?_g='],
    ['https://kibana.example/', undefined, 'https://kibana.example/app/discover#/?_g='],
    ['https://kibana.example/base', 'ops', 'https://kibana.example/base/s/ops/app/discover#/?_g='],
  ])('begins at %s in the space %s', (url, space, beginning) => {
    const link = discoverLink({ url, ...(space !== undefined && { space }) }, look);
    expect(link?.startsWith(beginning)).toBe(true);
    expect(link).toMatch(/^[\x21-\x7e]+$/);
  });

  it('shows exactly the window, whose end is no longer part of it', () => {
    expect(stateIn()).toContain("time:(from:'2026-11-21T10:00:00.000Z',to:'2026-11-21T10:00:00.999Z')");
  });

  it.each<[string, Partial<View>, string]>([
    ['the rule and the group', {}, '(event.dataset: "nginx.access") and host.name: "web-1"'],
    ['every event', { query: '', names: [], by: {} }, ''],
    ['a group without the field', { by: {} }, '(event.dataset: "nginx.access") and not host.name: *'],
    ['all groups, where there were too many', { by: {}, group: '_other' }, '(event.dataset: "nginx.access")'],
    [
      'no value that was cut',
      { by: { 'host.name': `x…~${'a'.repeat(16)}` } },
      '(event.dataset: "nginx.access")',
    ],
    ['a number', { query: '', names: ['a'], by: { a: 404 } }, 'a: 404'],
    ['quotes', { query: '', by: { 'host.name': 'a"b\\c' } }, 'host.name: "a"b\\\\c"'.replace('a"b', 'a\\"b')],
    ['quotes of Rison', { query: "a: it's!", names: [] }, "(a: it!'s!!)"],
  ])('asks for %s', (_, changes, query) => {
    expect(stateIn(changes)).toContain(`query:(language:kuery,query:'${query}')`);
  });
});
