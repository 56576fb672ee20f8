import { describe, expect, it } from 'vitest';

interface Verdict {
  code: number;
  text: string;
}
const { verdict } = (await import(new URL('../../scripts/audit.mjs', import.meta.url).href)) as {
  verdict(stdout: string): Verdict;
};

const counts = (changes: object) => ({ info: 0, low: 0, moderate: 0, high: 0, critical: 0, ...changes });
const answer = (changes: object, vulnerabilities: object = {}) =>
  JSON.stringify({ metadata: { vulnerabilities: counts(changes) }, vulnerabilities });

describe('the audit of packages', () => {
  it.each([
    ['nothing', {}, 0],
    ['flaws of low severity', { low: 3, moderate: 2 }, 0],
    ['one of high severity', { high: 1 }, 1],
    ['one of critical severity', { critical: 1 }, 1],
  ])('that finds %s ends with %j → %i', (_, found, code) => {
    expect(verdict(answer(found)).code).toBe(code);
  });

  it('names what is of high severity', () => {
    const found = {
      a: { name: 'a', severity: 'high', range: '<2' },
      b: { name: 'b', severity: 'low', range: '*' },
    };
    expect(verdict(answer({ high: 1, low: 1 }, found)).text).toBe(
      'audited: 1 of high or critical severity, 1 of a lower one\n  high: a <2',
    );
  });

  it.each([
    [
      'refuses to audit',
      '{"message":"405 Method Not Allowed - POST https://x.example/y","error":{"summary":""}}',
    ],
    ['says nothing', ''],
    ['answers with a page', '<html>'],
  ])('says that nothing was checked where the registry %s', (_, stdout) => {
    const { code, text } = verdict(stdout);
    expect(text).toMatch(/^NOT AUDITED/);
    expect(text).not.toContain('x.example');
    expect(code).toBe(0);
  });
});
