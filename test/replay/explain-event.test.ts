import { describe, expect, it } from 'vitest';
import { formatEvent } from '../../src/cli/commands/explain/event.ts';
import { type ConfigInput, schema } from '../../src/config/schema/schema.ts';
import { openJournalReader } from '../../src/journal/reader.ts';
import { Outbox } from '../../src/notifiers/outbox.ts';
import { batchId } from '../../src/readers/index-name.ts';
import { explainEvent } from '../../src/replay/explain/event.ts';
import { explain } from '../../src/replay/explain/explain.ts';
import { questionFrom } from '../../src/replay/explain/question.ts';
import { journalOf } from '../support/journal/folder.ts';
import { aNotification } from '../support/rules/alerts.ts';

const start = Date.parse('2026-01-01T00:00:00Z');
const at = (seconds: number) => start + seconds * 1_000;
const line = (second: number, fields: object = {}) =>
  JSON.stringify({
    '@timestamp': new Date(at(second)).toISOString(),
    message: `at ${second}`,
    log: { level: 'info' },
    ...fields,
  });

/** The first record has ten events, the second one that comes a minute late. */
const records = [
  {
    at: at(10),
    documents: Array.from({ length: 10 }, (_, n) => line(n, n === 9 ? { '@metadata': { _id: 'own' } } : {})),
  },
  { at: at(75), documents: [line(75), line(4)] },
  ...Array.from({ length: 100 }, (_, i) => ({ at: at(75) + i * 500 })),
];

type Rules = NonNullable<ConfigInput['rules']>;

async function aConfig(rules: Rules, time: ConfigInput['time'] = {}) {
  const data = await journalOf(records);
  const reader = openJournalReader(`${data}/journal`);
  const { journalId } = reader;
  await reader.close();
  const idOf = (record: number, index: number) =>
    `${batchId(journalId, { position: record + 1, receivedAt: records[record]!.at })}-${index.toString(36)}`;
  return { config: schema.parse({ data, rules, time }), idOf };
}

const burst = { name: 'burst', over: '10s', lateness: '1s', when: '>= 5' } as const;

describe('explain --event', () => {
  it('names the windows in which it was counted, and the alert that it joined', async () => {
    const { config, idOf } = await aConfig([burst]);
    const found = await explainEvent(idOf(0, 6), config);
    expect(found).toMatchObject({ message: 'at 6', time: at(6), receivedAt: at(10), ahead: false });
    const [verdict] = found.rules;
    expect(verdict).toMatchObject({ rule: 'burst', outcome: 'added', failed: [] });
    expect(verdict!.windows.at(-1)).toMatchObject({ start: at(0), end: at(10), early: false, to: 'active' });
    expect(verdict!.alerts.map(({ id }) => id)).toEqual(['burst~~2026-01-01T00:00:00.000Z']);
  });

  it('names the part of a filter that failed, and what the event has', async () => {
    const { config, idOf } = await aConfig([{ ...burst, where: 'log.level: ERROR and message: *' }]);
    const { rules } = await explainEvent(idOf(0, 2), config);
    expect(rules).toEqual([
      {
        ...{ rule: 'burst', outcome: 'not matched', windows: [], alerts: [] },
        failed: [{ clause: 'log.level: ERROR', found: [{ field: 'log.level', values: ['info'] }] }],
      },
    ]);
  });

  it('says that it came late, and whether it was counted all the same', async () => {
    const corrected = await aConfig([burst]);
    const lost = await aConfig([burst], { correctFor: '0s' });
    const found = await explainEvent(corrected.idOf(1, 1), corrected.config);
    expect(found).toMatchObject({ lateBy: 71_000, rules: [{ outcome: 'corrected' }] });
    expect(await explainEvent(lost.idOf(1, 1), lost.config)).toMatchObject({ rules: [{ outcome: 'late' }] });
  });

  it('finds an event by the id that its sender chose', async () => {
    const { config } = await aConfig([burst]);
    expect(await explainEvent('own', config)).toMatchObject({ message: 'at 9' });
  });

  it('says that an event lacks what is measured', async () => {
    const { config, idOf } = await aConfig([{ ...burst, measure: 'max(event.duration)' }]);
    expect(await explainEvent(idOf(0, 1), config)).toMatchObject({ rules: [{ outcome: 'missing' }] });
  });

  it('says that the journal does not hold it', async () => {
    const { config } = await aConfig([burst]);
    await expect(explainEvent('nobody', config)).rejects.toThrow(
      'The journal holds no event with the id nobody',
    );
  });

  it('is printed for people, without control characters of senders', async () => {
    const { config, idOf } = await aConfig([burst, { ...burst, name: 'other', where: 'log.level: ERROR' }]);
    const text = formatEvent(await explainEvent(idOf(0, 6), config));
    expect(text).toMatch(/^\S+\nat 6\n\n {2}source +/);
    expect(text).toContain('burst: counted\n');
    expect(text).toContain('  alert burst~~2026-01-01T00:00:00.000Z');
    expect(text).toContain('other: its filter does not match\n  log.level: ERROR: log.level is info');
  });

  it('names who was notified, and how long after the line', async () => {
    const { config, idOf } = await aConfig([burst]);
    const outbox = new Outbox(`${config.data}/outbox`);
    const id = 'burst~~2026-01-01T00:00:00.000Z';
    await outbox.transaction(() => {
      outbox.alerts.note({ ...aNotification('log').episode, id });
      outbox.alerts.handle(id, { notified: [{ notifier: 'ops', at: at(12), status: 'active' }] });
    });
    await outbox.close();
    const { rules } = await explainEvent(idOf(0, 6), config);
    expect(rules[0]!.alerts[0]!.notified).toEqual([
      'At 2026-01-01T00:00:12.000Z, 6s after the line, ops accepted the message that it is active.',
    ]);
    const alert = await explain(questionFrom({ alert: id }), config);
    expect(alert.remarks).toContainEqual(
      expect.stringMatching(/^At 2026-01-01T00:00:12\.000Z, 8s after the line, ops/),
    );
  });
});

describe('the smallest change with which an alert would have been another', () => {
  it('of a threshold lies just beyond the value that raised it', async () => {
    const { config } = await aConfig([burst]);
    const { alternatives, remarks } = await explain(
      questionFrom({ alert: 'burst~~2026-01-01T00:00:00.000Z' }),
      config,
    );
    expect(alternatives).toContainEqual({ setting: 'when', from: '>= 5', to: '> 11', raises: false });
    expect(remarks).toContain('With `when: > 11` instead of `>= 5` there would have been no alert then.');
  });

  it('of a rule that did not fire lies at the highest value', async () => {
    const { config } = await aConfig([{ ...burst, when: '>= 20' }]);
    const asked = questionFrom({ rule: 'burst', at: '2026-01-01T00:00:10Z' });
    const { alternatives } = await explain(asked, config);
    expect(alternatives.find(({ setting }) => setting === 'when')).toEqual({
      ...{ setting: 'when', from: '>= 20', to: '>= 11', raises: true },
    });
  });

  it('of `for` is the first time for which it would not have held', async () => {
    const { config } = await aConfig([burst]);
    const { alternatives } = await explain(
      questionFrom({ alert: 'burst~~2026-01-01T00:00:00.000Z' }),
      config,
    );
    expect(alternatives.find(({ setting }) => setting === 'for')).toMatchObject({
      from: '0s',
      to: '10s',
      raises: false,
    });
  });

  it('is not named for kinds without a plain threshold', async () => {
    const { config } = await aConfig([
      { name: 'any', kind: 'match', where: 'message: "at 3"', quiet: '10s' },
    ]);
    const { alternatives } = await explain(questionFrom({ rule: 'any', at: '2026-01-01T00:00:03Z' }), config);
    expect(alternatives).toEqual([]);
  });
});
