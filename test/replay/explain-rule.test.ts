import { describe, expect, it } from 'vitest';
import { type ConfigInput, schema } from '../../src/config/schema/schema.ts';
import { combinedTime } from '../../src/generator/access-line.ts';
import { ReplayThread } from '../../src/replay/apart.ts';
import { inquiryFrom } from '../../src/replay/explain/inquiry.ts';
import { explainRule } from '../../src/replay/explain/rule.ts';
import { journalOf } from '../support/journal/folder.ts';

const start = Date.parse('2026-01-01T00:00:00Z');
const line = (second: number, status = 200) =>
  `192.0.2.1 - - [${combinedTime(start + second * 1_000)}] "GET /a HTTP/1.1" ${status} 7 "-" "-"`;

/** Ten seconds of lines, of which the last is a 404, and time until all windows are over. */
const lines = [...Array.from({ length: 9 }, (_, second) => line(second)), line(9, 404)];

type Rule = NonNullable<ConfigInput['rules']>[number];

async function explained(rule: Partial<Rule>, given = lines) {
  const data = await journalOf([
    { at: start + 10_000, lines: given },
    ...Array.from({ length: 200 }, (_, i) => ({ at: start + 10_000 + i * 500 })),
  ]);
  const rules = [{ name: 'errors', over: '10s', lateness: '0s', when: '>= 2', ...rule } as Rule];
  const config = schema.parse({ data, rules });
  return { found: await explainRule('errors', config), config };
}

describe('explain RULE', () => {
  it('says which part of the filter no event matches, with what the events have', async () => {
    const { found } = await explained({ where: 'http.response.status_code >= 500 and url.path: "/a"' });
    expect(found.answer).toBe(
      'None of 10 events matches `where`. `http.response.status_code >= 500` did not match 10 of 10 events: ' +
        '`http.response.status_code` is `200` in 9, `404` in 1.',
    );
    expect(found.clauses).toEqual([
      expect.objectContaining({ clause: 'http.response.status_code >= 500', failed: 10, alone: 10 }),
      {
        clause: 'url.path: "/a"',
        failed: 0,
        alone: 0,
        found: [{ field: 'url.path', absent: 0, values: [] }],
      },
    ]);
  });

  it('says that a field is absent', async () => {
    const { found } = await explained({ where: 'log.level: ERROR' });
    expect(found.answer).toContain(
      '`log.level: ERROR` did not match 10 of 10 events: `log.level` is absent in 10.',
    );
  });

  it('names each part that none matches', async () => {
    const { found } = await explained({ where: 'log.level: ERROR and url.path: "/b"' });
    expect(found.answer).toMatch(/`log\.level: ERROR` did not match .*`url\.path: "\/b"` did not match/);
  });

  it('says that the parts never match together', async () => {
    const { found } = await explained({
      where: 'http.response.status_code: 404 and @timestamp < "2026-01-01T00:00:05Z"',
    });
    expect(found.matched).toBe(0);
    expect(found.answer).toContain('no event meets all parts');
  });

  it('says how close a rule came whose filter matches', async () => {
    const { found } = await explained({ where: 'http.response.status_code: 404' });
    expect(found).toMatchObject({ matched: 1, alerts: 0, closest: { value: 1, count: 1 } });
    expect(found.answer).toBe(
      '1 of 10 events match `where`. It never became active. The window from 2026-01-01T00:00:00.000Z to ' +
        '2026-01-01T00:00:10.000Z came closest: count 1 is not >= 2.',
    );
  });

  it('says that events lack what is measured', async () => {
    const { found } = await explained({ measure: 'avg(event.duration)', when: '> 5' });
    expect(found.outcomes.missing).toBe(10);
    expect(found.answer).toContain('10 of 10 lack the field event.duration.');
  });

  it('says how often it fired', async () => {
    const { found } = await explained({ where: 'url.path: "/a"' });
    expect(found).toMatchObject({ matched: 10, alerts: 1 });
    expect(found.answer).toBe('10 of 10 events match `where`. It became active once.');
  });

  it('explains a disabled rule as if it were enabled', async () => {
    const { found } = await explained({ enabled: false });
    expect(found).toMatchObject({
      alerts: 1,
      remarks: ['The rule is disabled. This shows what it would have done.'],
    });
  });

  it('says that the journal is empty', async () => {
    const { found } = await explained({}, []);
    expect(found.answer).toBe('The journal holds no events.');
  });

  it('names the rules where there is no such rule', async () => {
    const { config } = await explained({});
    await expect(explainRule('other', config)).rejects.toThrow(
      'There is no rule `other` in the configuration. Its rules are errors.',
    );
  });

  it('is answered by the API, too', async () => {
    const { config } = await explained({ where: 'log.level: ERROR' });
    const found = await new ReplayThread().explain(inquiryFrom({ rule: 'errors' }), config);
    expect(found).toMatchObject({ about: 'rule', events: 10, matched: 0 });
  });
});
