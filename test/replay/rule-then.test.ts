import { describe, expect, it, onTestFinished } from 'vitest';
import { formatEvent } from '../../src/cli/commands/explain/event.ts';
import { type Config, type ConfigInput, schema } from '../../src/config/schema/schema.ts';
import { analysisOf } from '../../src/engine/analysis.ts';
import { openJournalReader } from '../../src/journal/reader.ts';
import type { Episode, JournalRecord } from '../../src/model.ts';
import { Outbox } from '../../src/notifiers/outbox.ts';
import { Results } from '../../src/readers/results.ts';
import { journalRecords } from '../../src/replay/backtest.ts';
import { makeCapsule } from '../../src/replay/capsule/make.ts';
import { playCapsule } from '../../src/replay/capsule/play.ts';
import { explainEvent } from '../../src/replay/explain/event.ts';
import { explain } from '../../src/replay/explain/explain.ts';
import { questionFrom } from '../../src/replay/explain/question.ts';
import { type Stage, StagedEngine } from '../../src/replay/staged-engine.ts';
import { journalOf } from '../support/journal/folder.ts';

const start = Date.parse('2026-01-01T00:00:00Z');
const at = (second: number) => start + second * 1_000;
const error = (second: number, code: number) =>
  JSON.stringify({
    '@timestamp': new Date(at(second)).toISOString(),
    message: 'x',
    code,
    host: { name: 'web-1' },
  });

/** Four events each ten seconds for two minutes, three of them with the code 500. */
const records = Array.from({ length: 12 }, (_, round) => ({
  at: at(10 * round + 9),
  documents: [200, 500, 500, 500].map((code, n) => error(10 * round + n, code)),
}));

const rule = (more: object) => ({
  ...{ name: 'errors', by: ['host.name'], over: '10s', lateness: '0s', when: '>= 4', notify: ['log'] },
  ...more,
});

/** What a server left that read half of the journal by the rules before, and half by those after. */
async function reloaded(before: object[], after: object[], { keepsAnalyses = true } = {}) {
  const data = await journalOf(records);
  const [first, second] = [before, after].map((rules) => schema.parse({ data, rules } as ConfigInput)) as [
    Config,
    Config,
  ];
  const reader = openJournalReader(`${data}/journal`);
  const results = new Results(`${data}/analysis`, reader.journalId);
  await reader.close();
  const stages: Stage[] = [
    { after: 0, analysis: analysisOf(first) },
    { after: 6, analysis: analysisOf(second) },
  ];
  for (const { after: position, analysis } of keepsAnalyses ? stages : stages.slice(1))
    await results.change([], { position, state: {} }, analysis);
  await results.close();
  const episodes = new Map<string, Episode>();
  const engine = new StagedEngine(stages);
  for await (const { record } of journalRecords(data))
    for (const output of engine.process(record as JournalRecord))
      if (output.kind === 'episode') episodes.set(output.episode.id, output.episode);
  const outbox = new Outbox(`${data}/outbox`);
  await outbox.putAll([], [...episodes.values()], Date.now());
  await outbox.close();
  return { config: second, episodes: [...episodes.values()] };
}

describe('an alert of a rule that was changed since', () => {
  it('is explained by the rule that raised it', async () => {
    const { config, episodes } = await reloaded(
      [rule({ where: '' })],
      [rule({ where: 'code: 500', when: '>= 3' })],
    );
    const [old] = episodes as [Episode];
    expect(old.reason).toBe('the rule was changed');
    const { answer, settings, windows } = await explain(questionFrom({ alert: old.id }), config);
    expect(answer).toMatch(
      /^The rule was changed after this alert was raised\. This is by its settings then \(version [\da-f]{12}\)\. It became active with the window 2026-01-01T00:00:00\.000Z to 2026-01-01T00:00:10\.000Z: count 4 is >= 4/,
    );
    expect(answer).toContain(`version ${old.definition!.version}`);
    expect(settings).toMatchObject({ where: '', when: '>= 4' });
    expect(windows.find(({ to }) => to === 'active')!.value).toBe(4);
  });

  it('of which nothing but the definition is kept says so, and names it', async () => {
    const { config, episodes } = await reloaded(
      [rule({ where: 'code >= 200' })],
      [rule({ where: 'code: 500', when: '>= 3' })],
      { keepsAnalyses: false },
    );
    const [old] = episodes as [Episode];
    const { answer, settings } = await explain(questionFrom({ alert: old.id }), config);
    expect(answer).toMatch(
      /^The rule was changed after this alert was raised, and its settings then are not kept any more\. This is what its present settings \(version [\da-f]{12}\) make of the events\. The alert was raised by version [\da-f]{12}: where `code >= 200`, measure `count`, when `>= 4`\./,
    );
    expect(settings).toMatchObject({ when: '>= 3' });
  });

  it('is explained after the rule was removed', async () => {
    const { config, episodes } = await reloaded([rule({})], [rule({ name: 'other' })]);
    const old = episodes.find((one) => one.rule === 'errors')!;
    const { answer } = await explain(questionFrom({ alert: old.id }), config);
    expect(answer).toMatch(/^The rule was removed after this alert was raised\..*count 4 is >= 4/);
  });

  it('of the present rule is explained from when that began, also under the number of a generation', async () => {
    const { config, episodes } = await reloaded([rule({})], [rule({ where: 'code: 500', when: '>= 3' })]);
    const now = episodes.find(({ condition }) => condition === '>= 3')!;
    const { answer, windows } = await explain(questionFrom({ alert: now.id }), config);
    expect(answer).toMatch(/^It became active with the window .*: count 3 is >= 3/);
    expect(answer).toContain(new Date(now.window.start).toISOString().slice(0, 16));
    expect(windows.some(({ end, value }) => end > now.start && value === 4)).toBe(false);
  });

  it('is put into a capsule with the rule that raised it', async () => {
    const { config, episodes } = await reloaded([rule({})], [rule({ where: 'code: 500', when: '>= 3' })]);
    for (const { id, condition } of episodes) {
      const made = await makeCapsule(id, config, { addresses: false }).catch((error) => error as Error);
      if (made instanceof Error) throw new Error(`${id}: ${made.message}`);
      expect(made.analysis.rules).toMatchObject([{ name: 'errors', when: condition }]);
      expect(playCapsule(made.records, made.analysis)).toEqual(made.expected);
      expect(made.expected.some((line) => line.includes(made.alert))).toBe(true);
    }
  });

  it('is one of the rule in the configuration where no server raised it', async () => {
    const { config } = await reloaded([rule({})], [rule({ where: 'code: 500', when: '>= 3' })]);
    const id = 'errors~web-1~2026-01-01T00:00:00.000Z';
    const outbox = new Outbox(`${config.data}/outbox`);
    onTestFinished(() => outbox.close());
    expect(outbox.alerts.get(id)).toBeDefined();
    const other = await journalOf(records);
    const { settings, answer } = await explain(questionFrom({ alert: id }), { ...config, data: other });
    expect(settings).toMatchObject({ when: '>= 3' });
    expect(answer).toMatch(/^It became active with the window .*: count 3 is >= 3/);
  });
});

describe('an event of a time before a reload', () => {
  const idAt = async (data: string, position: number) => {
    const reader = openJournalReader(`${data}/journal`);
    const { journalId } = reader;
    const record = reader.read(position - 1, 1)[0]!;
    await reader.close();
    return `${journalId}-${position.toString(36)}-${record.receivedAt.toString(36)}-1`;
  };

  it('is explained by the rules of then, and one after it by those of now', async () => {
    const { config, episodes } = await reloaded([rule({})], [rule({ where: 'code: 404', when: '>= 3' })]);
    const before = await explainEvent(await idAt(config.data, 2), config);
    expect(before.rules).toMatchObject([
      { outcome: 'added', changed: true, alerts: [{ id: episodes[0]!.id }] },
    ]);
    expect(formatEvent(before)).toContain(
      'counted; the rule was changed since, and this is by its settings then',
    );
    const after = await explainEvent(await idAt(config.data, 9), config);
    expect(after.rules).toMatchObject([{ outcome: 'not matched', alerts: [] }]);
    expect(after.rules[0]).not.toHaveProperty('changed');
  });

  it('is explained by the configuration where that is not in force', async () => {
    const { config } = await reloaded([rule({})], [rule({ where: 'code: 404', when: '>= 3' })]);
    const tried = schema.parse({ data: config.data, rules: [rule({ name: 'tried' })] } as ConfigInput);
    const { rules } = await explainEvent(await idAt(config.data, 2), tried);
    expect(rules).toMatchObject([{ rule: 'tried', outcome: 'added' }]);
  });
});

describe('a rule at a time before a reload', () => {
  it.each([
    ['before', 20, true],
    ['after', 100, false],
  ])(
    '%s it is explained by the present settings, which says so where they were others',
    async (_, second, isOther) => {
      const { config } = await reloaded([rule({})], [rule({ where: 'code: 500', when: '>= 3' })]);
      const question = questionFrom({ rule: 'errors', at: new Date(at(second)).toISOString() });
      const { remarks } = await explain(question, config);
      expect(remarks.some((one) => one.startsWith('The rule had other settings then.'))).toBe(isOther);
    },
  );
});

describe('an alert after another one of its group', () => {
  it('is explained by its own windows', async () => {
    const lines = (second: number, n: number) => Array.from({ length: n }, () => error(second, 500));
    const data = await journalOf([
      { at: at(5), documents: lines(1, 4) },
      { at: at(25), documents: lines(21, 5) },
      { at: at(45), documents: [error(41, 200)] },
    ]);
    const config = schema.parse({
      data,
      rules: [rule({ for: '0s', keepActiveFor: '0s', every: '10s', over: '10s' })],
    } as ConfigInput);
    const second = { ...config, rules: config.rules.map((one) => ({ ...one, keepActiveFor: 0 })) };
    const { answer } = await explain(
      questionFrom({ alert: 'errors~web-1~2026-01-01T00:00:20.000Z' }),
      second,
    );
    expect(answer).toContain('2026-01-01T00:00:20.000Z to 2026-01-01T00:00:30.000Z: count 4 is >= 4');
  });
});
