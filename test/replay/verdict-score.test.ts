import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { scoreJournal } from '../../src/cli/commands/verdict-score.ts';
import { type ConfigInput, schema } from '../../src/config/schema/schema.ts';
import { analysisOf } from '../../src/engine/analysis.ts';
import type { Verdict } from '../../src/model.ts';
import { Outbox } from '../../src/notifiers/outbox.ts';
import { scoreByVerdicts } from '../../src/replay/verdict-score.ts';
import { terminal } from '../support/cli.ts';
import { journalOf } from '../support/journal/folder.ts';

const start = Date.parse('2026-01-01T00:00:00Z');
const at = (seconds: number) => start + seconds * 1_000;
const line = (second: number, host: string) =>
  JSON.stringify({ '@timestamp': new Date(at(second)).toISOString(), host: { name: host } });

/** Bursts of six events: web-1 at 100 s and 300 s, web-2 at 200 s, and one of three of web-1 at 400 s. */
const bursts = [
  [100, 'web-1', 6],
  [200, 'web-2', 6],
  [300, 'web-1', 6],
  [400, 'web-1', 3],
] as const;
const records = [
  ...bursts.map(([from, host, many]) => ({
    at: at(from + 10),
    documents: Array.from({ length: many }, (_, n) => line(from + n, host)),
  })),
  ...Array.from({ length: 240 }, (_, i) => ({ at: at(410) + i * 500 })),
].flatMap((record, place, all) => {
  const next = all[place + 1];
  const ticks = next === undefined ? 0 : Math.max(0, Math.floor((next.at - record.at) / 1_000) - 1);
  return [record, ...Array.from({ length: ticks }, (_, n) => ({ at: record.at + (n + 1) * 1_000 }))];
});

type Rules = NonNullable<ConfigInput['rules']>;
const rule = (when: string, more: object = {}) =>
  ({ name: 'burst', by: ['host.name'], over: '10s', lateness: '0s', when, ...more }) as Rules[number];
const verdict = (said: Verdict['verdict'], group: string, from: number, to: number): Verdict => ({
  ...{ id: `${said}${from}`, verdict: said, by: 'ann', at: start, rule: 'burst', group },
  ...{ start: at(from), end: at(to) },
});
const verdicts = [
  verdict('true', 'web-1', 100, 115),
  verdict('false', 'web-2', 200, 220),
  verdict('missed', 'web-1', 398, 410),
];

async function scored(rules: Rules, said = verdicts) {
  const config = schema.parse({ data: await journalOf(records), rules, time: { idleAfter: '1s' } });
  return scoreByVerdicts(analysisOf(config), said, config.data);
}

describe('the score by verdicts', () => {
  it('counts right, wrong and unjudged alerts, and the incidents that were found', async () => {
    expect(await scored([rule('>= 5')])).toEqual([
      expect.objectContaining({
        ...{ rule: 'burst', alerts: 3, right: 1, wrong: 1, unjudged: 1, incidents: 2, found: 1 },
        ...{ precision: 0.5, recall: 0.5 },
      }),
    ]);
  });

  it('finds more with a lower threshold, and measures detection and reset', async () => {
    const [score] = await scored([rule('>= 3')]);
    expect(score).toMatchObject({ alerts: 4, right: 2, recall: 1, precision: 2 / 3 });
    // The third event of a burst comes two seconds after its first, and the missed incident began two seconds earlier.
    expect(score!.detection).toEqual({ median: 2_000, longest: 4_000 });
    expect(score!.reset).toEqual({ median: 5_000, longest: 10_000 });
  });

  it('judges a rule of another name by all incidents', async () => {
    const [score] = await scored([rule('>= 3', { name: 'proposed', by: [] })]);
    expect(score).toMatchObject({ rule: 'proposed', incidents: 2, found: 2 });
  });

  it('has no precision and no recall without verdicts', async () => {
    expect(await scored([rule('>= 5')], [])).toEqual([
      expect.objectContaining({ unjudged: 3, precision: undefined, recall: undefined, detection: undefined }),
    ]);
  });

  it('does not take the end of the journal for silence', async () => {
    const silence = { name: 'silent', kind: 'absence', by: ['host.name'], every: '60s' } as Rules[number];
    // web-1 is silent twice and web-2 once while others send; after 402 s nobody sends.
    expect(await scored([silence], [])).toMatchObject([{ rule: 'silent', alerts: 3 }]);
    // Somebody says that it was an incident all the same.
    const known = { ...verdict('true', 'web-1', 402, 500), rule: 'silent' };
    expect(await scored([silence], [known])).toMatchObject([{ alerts: 4, right: 1, found: 1, recall: 1 }]);
  });
});

describe('logboom score --journal', () => {
  it('prints present and proposed rules', async () => {
    const data = await journalOf(records);
    const outbox = new Outbox(`${data}/outbox`);
    await outbox.transaction(() => {
      for (const one of verdicts) outbox.verdicts.put(one);
    });
    await outbox.close();
    const time = { idleAfter: '1s' };
    writeFileSync(`${data}/logboom.yml`, JSON.stringify({ rules: [rule('>= 5')], time }));
    writeFileSync(`${data}/next.yml`, JSON.stringify({ rules: [rule('>= 3')] }));
    const screen = terminal();
    const given = { config: `${data}/logboom.yml`, data, rules: `${data}/next.yml` };
    expect(await scoreJournal(given, screen)).toBe(0);
    expect(screen.text()).toMatch(/3 verdicts: 1 true, 1 false, 1 missed/);
    expect(screen.text()).toMatch(/present rules\n.*\n +burst +3 +1 +1 +1 +50% +50% \(1 of 2\)/);
    expect(screen.text()).toMatch(/proposed rules\n.*\n +burst +4 +2 +1 +1 +66\.67% +100% \(2 of 2\)/);
    const json = terminal();
    await scoreJournal({ ...given, json: true }, json);
    expect(JSON.parse(json.text())).toMatchObject({
      verdicts: 3,
      present: [{ found: 1 }],
      proposed: [{ found: 2 }],
    });
  });
});
