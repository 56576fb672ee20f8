import { describe, expect, it } from 'vitest';
import { formatComparison } from '../../src/cli/commands/comparison.ts';
import { checkAgainst } from '../../src/cli/commands/reload-dry-run.ts';
import { type ConfigInput, schema } from '../../src/config/schema/schema.ts';
import { analysisOf } from '../../src/engine/analysis.ts';
import { openJournalReader } from '../../src/journal/reader.ts';
import { Results } from '../../src/readers/results.ts';
import { ReplayThread } from '../../src/replay/apart.ts';
import { type ComparedAlert, compareRules, matched } from '../../src/replay/compare.ts';
import { terminal } from '../support/cli.ts';
import { journalOf } from '../support/journal/folder.ts';

const start = Date.parse('2026-01-01T00:00:00Z');
const at = (seconds: number) => start + seconds * 1_000;
const line = (second: number, host: string) =>
  JSON.stringify({ '@timestamp': new Date(at(second)).toISOString(), host: { name: host } });

/** Five events of web-1 within ten seconds, and three of web-2; then time for all windows. */
async function aJournal(): Promise<string> {
  const events = [
    ...Array.from({ length: 5 }, (_, n) => line(n, 'web-1')),
    ...Array.from({ length: 3 }, (_, n) => line(5 + n, 'web-2')),
  ];
  return journalOf([
    { at: at(10), documents: events },
    ...Array.from({ length: 200 }, (_, i) => ({ at: at(10) + i * 500 })),
  ]);
}

type Rules = NonNullable<ConfigInput['rules']>;
const rule = (when: string, more: object = {}) =>
  ({
    name: 'burst',
    by: ['host.name'],
    over: '10s',
    lateness: '0s',
    when,
    notify: ['log'],
    ...more,
  }) as Rules[number];
const configOf = (data: string, rules: Rules) => schema.parse({ data, rules });

async function compared(before: Rules, after: Rules) {
  const data = await aJournal();
  const [old, next] = [configOf(data, before), configOf(data, after)];
  return compareRules({ before: analysisOf(old), after: analysisOf(next), data });
}

describe('a comparison of rules on a journal', () => {
  it('names alerts that are gained', async () => {
    const { rules, events } = await compared([rule('>= 4')], [rule('>= 3')]);
    expect(events).toBe(8);
    expect(rules).toEqual([
      expect.objectContaining({
        rule: 'burst',
        change: 'changed',
        alerts: { before: 1, after: 2 },
        lost: [],
        moved: [],
      }),
    ]);
    expect(rules[0]!.gained.map(({ group, reason }) => [group, reason])).toEqual([
      ['web-2', 'count 3 is >= 3, before the window is over'],
    ]);
    expect(rules[0]!.messages).toEqual({ before: 2, after: 4 });
  });

  it('names alerts that are lost, and those of rules that go and come', async () => {
    const { rules } = await compared(
      [rule('>= 3'), rule('>= 3', { name: 'gone' })],
      [rule('>= 4'), rule('>= 3', { name: 'new' })],
    );
    expect(
      rules.map(({ rule: name, change, gained, lost }) => [name, change, gained.length, lost.length]),
    ).toEqual([
      ['burst', 'changed', 0, 1],
      ['gone', 'removed', 0, 2],
      ['new', 'added', 2, 0],
    ]);
  });

  it('names alerts that move', async () => {
    const { rules } = await compared([rule('>= 3')], [rule('>= 3', { over: '20s' })]);
    const [{ gained, lost, moved }] = rules as [(typeof rules)[0]];
    expect([gained.length, lost.length]).toEqual([0, 0]);
    expect(moved.map(({ before, after }) => [before.group, before.end, after.end])).toEqual([
      ['web-1', at(20), at(40)],
      ['web-2', at(20), at(40)],
    ]);
  });

  it('finds nothing where only what is said differs', async () => {
    const { rules } = await compared([rule('>= 3')], [rule('>= 3', { severity: 'high' })]);
    expect(rules).toEqual([expect.objectContaining({ change: 'reported', gained: [], lost: [], moved: [] })]);
  });

  it('says how many messages a week that would be', async () => {
    const { messagesAWeek, from, to } = await compared([rule('>= 4')], [rule('>= 3')]);
    const weeks = (to! - from!) / 604_800_000;
    expect(messagesAWeek).toEqual({ before: Math.round(2 / weeks), after: Math.round(4 / weeks) });
  });

  it('is the same in a thread of its own', async () => {
    const data = await aJournal();
    const [before, after] = [[rule('>= 4')], [rule('>= 3')]].map((rules) =>
      analysisOf(configOf(data, rules)),
    );
    expect(
      await new ReplayThread().compare({ before: before!, after: after!, data, keys: new Map() }),
    ).toEqual(await compareRules({ before: before!, after: after!, data }));
  });

  it('is printed with its alerts', async () => {
    const text = formatComparison(await compared([rule('>= 4')], [rule('>= 3')]));
    expect(text).toMatch(/burst +changed +1 → 2 +1 +0 +0 +2 → 4/);
    expect(text).toMatch(/gained +2026-01-01 00:00:00\.000 to 00:00:20\.000 +web-2 +count 3 is >= 3/);
    expect(text).toMatch(/Messages a week, before grouping and limits: \d+ now, \d+ then\./);
  });

  it.each([
    ['18s', 18_000, ' The journal has only 18s, so these figures are rough.'],
    ['less than a day', 86_399_000, ' The journal has only 23h59m59s, so these figures are rough.'],
    ['a day', 86_400_000, ''],
    ['a week', 604_800_000, ''],
  ])('says how sure the messages a week are of a journal of %s', (_, to, expected) => {
    const text = formatComparison({
      ...{ from: 0, to, events: 1, rules: [], messagesAWeek: { before: 3, after: 4 } },
    });
    expect(text.split('\n').at(-1)).toBe(
      `Messages a week, before grouping and limits: 3 now, 4 then.${expected}`,
    );
  });

  it('says that a journal is empty', async () => {
    const data = await journalOf([]);
    const analysis = analysisOf(configOf(data, [rule('>= 3')]));
    expect(formatComparison(await compareRules({ before: analysis, after: analysis, data }))).toBe(
      'The journal holds nothing to compare the rules on.',
    );
  });
});

describe('check --against journal', () => {
  it('compares with the rules by which the journal was read', async () => {
    const data = await aJournal();
    const reader = openJournalReader(`${data}/journal`);
    const results = new Results(`${data}/analysis`, reader.journalId);
    await reader.close();
    await results.change([], { position: 0, state: {} }, analysisOf(configOf(data, [rule('>= 4')])));
    await results.close();
    const screen = terminal();
    expect(await checkAgainst(configOf(data, [rule('>= 3')]), 'journal', screen)).toBe(0);
    expect(screen.text()).toMatch(/burst +changed +1 → 2/);
  });

  it('needs a server that has read the journal', async () => {
    const config = configOf(await aJournal(), [rule('>= 3')]);
    await expect(checkAgainst(config, 'journal', terminal())).rejects.toThrow(
      'holds no rules to compare with',
    );
    await expect(checkAgainst(config, 'access.log', terminal())).rejects.toThrow('--against takes `journal`');
  });
});

describe('alerts of two sets of rules', () => {
  const alert = (group: string, from: number, to?: number): ComparedAlert => ({
    ...{ id: `${group}${from}`, group, start: at(from), reason: '' },
    end: to === undefined ? undefined : at(to),
  });

  it.each([
    ['the same', [alert('a', 0, 10)], [alert('a', 0, 10)], [0, 0, 0]],
    ['of other groups', [alert('a', 0, 10)], [alert('b', 0, 10)], [1, 1, 0]],
    ['that overlap', [alert('a', 0, 10)], [alert('a', 5, 30)], [0, 0, 1]],
    ['that touch', [alert('a', 0, 10)], [alert('a', 10, 20)], [1, 1, 0]],
    ['of which one is open', [alert('a', 0)], [alert('a', 50, 60)], [0, 0, 1]],
    ['of which one became two', [alert('a', 0, 30)], [alert('a', 0, 10), alert('a', 20, 30)], [1, 0, 1]],
  ])('%s are paired', (_, before, after, [gained, lost, moved]) => {
    const found = matched(before, after);
    expect([found.gained.length, found.lost.length, found.moved.length]).toEqual([gained, lost, moved]);
  });
});
