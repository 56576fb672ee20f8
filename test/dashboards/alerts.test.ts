import { describe, expect, it } from 'vitest';
import { outputItem } from '../../src/alerts/documents.ts';
import { indexing } from '../../src/config/schema/outputs.ts';
import type { AlertRow } from '../../src/dashboards/model.ts';
import { findAlert, findAlerts, type OpenAlerts } from '../../src/dashboards/search/alerts.ts';
import type { Episode, Transition } from '../../src/model.ts';
import { aStore, openOf, type Stored } from './support.ts';

const start = Date.parse('2026-06-01T12:00:00Z');
const minute = 60_000;
const indices = {
  alerts: 'alerts',
  transitions: 'logs-logboom.alerts-*',
  windows: 'metrics-logboom.windows-*',
};
const all = { state: 'all', from: start, to: start + 60 * minute, limit: 100, offset: 0 } as const;

const episode = (id: string, changes: Partial<Episode> = {}): Episode => ({
  ...{
    id,
    rule: 'errors',
    group: 'web-1',
    by: { 'host.name': 'web-1' },
    status: 'inactive',
    severity: 'high',
  },
  ...{
    start,
    end: start + 5 * minute,
    detected: start,
    updated: start + 5 * minute,
    value: 7,
    peak: 12,
    count: 12,
  },
  ...{
    condition: '>= 5',
    reason: '12 is 5 or more',
    message: '12 errors',
    samples: [],
    revision: 1,
    lateCount: 0,
  },
  ...{ window: { start, end: start + minute }, flapping: false, labels: {}, runbook: undefined },
  ...changes,
});

/** Documents as logboom writes them. */
async function write({ put }: Stored, ...outputs: Parameters<typeof outputItem>[0][]): Promise<void> {
  for (const output of outputs) {
    const { index, id, document } = outputItem(output, { indexing: indexing.parse(undefined) })!;
    await put(index, { id: id!, ...(JSON.parse(document as string) as object) });
  }
}

const openRow = (id: string, changes: Partial<AlertRow> = {}): AlertRow => ({
  ...{ id, rule: 'errors', group: 'web-2', severity: 'critical', status: 'active', start, message: 'now' },
  ...{ reason: '', condition: '>= 5', labels: {} },
  ...changes,
});

describe('the alerts of a time', () => {
  it('are the open ones, and past ones by their beginning', async () => {
    const stored = await aStore();
    await write(
      stored,
      { kind: 'episode', episode: episode('first') },
      { kind: 'episode', episode: episode('second', { start: start + minute }) },
      { kind: 'episode', episode: episode('before', { start: start - 9 * minute, end: start - minute }) },
      {
        kind: 'episode',
        episode: episode('after', { start: start + 61 * minute, end: start + 62 * minute }),
      },
      { kind: 'episode', episode: episode('open', { status: 'active', end: undefined }) },
    );
    const { alerts, total } = await findAlerts(stored.searcher, indices, all, openOf([openRow('open')]));
    expect(alerts.map(({ id }) => id)).toEqual(['open', 'second', 'first']);
    expect(total).toBe(3);
    expect(alerts[2]).toEqual({
      ...{ id: 'first', rule: 'errors', group: 'web-1', severity: 'high', status: 'inactive', start },
      ...{ end: start + 5 * minute, message: '12 errors', reason: '12 is 5 or more', condition: '>= 5' },
      ...{ threshold: 5, value: 7, peak: 12, flapping: false, labels: {} },
    });
  });

  it.each<[string, object, string[]]>([
    ['of a rule', { rule: 'errors' }, ['open', 'past']],
    ['of another rule', { rule: 'others' }, []],
    ['of a severity', { severity: 'critical' }, ['open']],
    ['that are open', { state: 'open' }, ['open']],
    ['that are over', { state: 'past' }, ['past']],
  ])('are those %s', async (_, asked, expected) => {
    const stored = await aStore();
    await write(stored, { kind: 'episode', episode: episode('past') });
    const { alerts } = await findAlerts(
      stored.searcher,
      indices,
      { ...all, ...asked },
      openOf([openRow('open')]),
    );
    expect(alerts.map(({ id }) => id)).toEqual(expected);
  });

  it('come in pages, each once', async () => {
    const stored = await aStore();
    for (let number = 0; number < 5; number += 1)
      await write(stored, { kind: 'episode', episode: episode(`p${number}`, { start: start + number }) });
    const open = openOf(['o0', 'o1', 'o2'].map((id) => openRow(id)));
    const found: string[] = [];
    for (let offset: number | undefined = 0; offset !== undefined; ) {
      const page: Awaited<ReturnType<typeof findAlerts>> = await findAlerts(
        stored.searcher,
        indices,
        { ...all, limit: 2, offset },
        open,
      );
      expect(page.total).toBe(8);
      found.push(...page.alerts.map(({ id }) => id));
      offset = page.next;
    }
    expect(found).toEqual(['o0', 'o1', 'o2', 'p4', 'p3', 'p2', 'p1', 'p0']);
  });

  it('are found beside 100,000 open ones, of which only those that are shown are looked into', async () => {
    const stored = await aStore();
    await write(stored, { kind: 'episode', episode: episode('past') });
    const unfinished = { end: undefined, status: 'active' } as const;
    await write(stored, { kind: 'episode', episode: episode('open7', unfinished) });
    const rows = Array.from({ length: 100_000 }, (_, at) => openRow(`open${at}`, { start: start + at }));
    const made: string[] = [];
    const open: OpenAlerts = {
      size: () => rows.length,
      list: () => rows,
      row(id) {
        made.push(id);
        return rows[Number(id.slice(4))];
      },
    };
    const first = await findAlerts(stored.searcher, indices, { ...all, limit: 3 }, open);
    expect(first.alerts.map(({ id }) => id)).toEqual(['open99999', 'open99998', 'open99997']);
    expect([first.total, first.next]).toEqual([100_001, 3]);
    expect(made).toEqual(['open99999', 'open99998', 'open99997']);
    const past = await findAlerts(stored.searcher, indices, { ...all, state: 'past' }, open);
    expect(past.alerts.map(({ id }) => id)).toEqual(['past']);
  });
});

describe('one alert', () => {
  const transition = (number: number, from: Transition['from'], to: Transition['to']): Transition => ({
    ...{ id: `one-${number}`, rule: 'errors', group: 'web-1', by: {}, episode: 'one', from, to },
    ...{ at: start, window: { start, end: start + minute }, value: 12, count: 12, condition: '>= 5' },
    ...{ reason: `it is ${to}`, severity: 'high', message: '12 errors' },
  });
  const options = { open: openOf([]), rules: [], now: start + 10 * minute };

  it('has its changes in their order, its lines and the values around it', async () => {
    const stored = await aStore();
    const samples = [{ '@timestamp': new Date(start).toISOString(), message: 'it broke', value: 503 }];
    const window = { rule: 'errors', group: 'web-1', measure: 'count', by: {}, count: 1 };
    await write(
      stored,
      { kind: 'episode', episode: episode('one', { samples, omitted: 3 }) },
      ...Array.from({ length: 11 }, (_, at) => ({
        kind: 'transition' as const,
        transition: transition(at + 1, at % 2 ? 'active' : 'inactive', at % 2 ? 'inactive' : 'active'),
      })),
      ...[0, 1, 2].map((at) => ({
        kind: 'window' as const,
        window: { ...window, start: start + at * minute, end: start + (at + 1) * minute, value: at },
      })),
      { kind: 'window', window: { ...window, group: 'web-9', start, end: start + minute, value: 99 } },
    );
    const answer = await findAlert(stored.searcher, indices, 'one', options);
    expect(answer.changes.map(({ from, to }) => `${from} ${to}`).slice(-2)).toEqual([
      'active inactive',
      'inactive active',
    ]);
    expect(answer.changes).toHaveLength(11);
    expect(answer.values).toEqual([0, 1, 2].map((value) => ({ at: start + (value + 1) * minute, value })));
    expect(answer.alert).toMatchObject({
      threshold: 5,
      omitted: 3,
      samples: [{ at: start, message: 'it broke', value: '503' }],
    });
    expect(answer.problems).toEqual([]);
  });

  it('of a rule without groups has the values of that rule alone', async () => {
    const stored = await aStore();
    const window = { rule: 'errors', measure: 'count', by: {}, count: 1, start, end: start + minute };
    await write(
      stored,
      { kind: 'episode', episode: episode('whole', { group: '', by: {} }) },
      { kind: 'window', window: { ...window, group: '', value: 4 } },
      { kind: 'window', window: { ...window, group: 'web-1', value: 9 } },
    );
    const { alert, values } = await findAlert(stored.searcher, indices, 'whole', options);
    expect(alert.group).toBe('');
    expect(values).toEqual([{ at: start + minute, value: 4 }]);
  });

  it('is known before its document is written', async () => {
    const { searcher } = await aStore();
    const answer = await findAlert(searcher, indices, 'new', { ...options, open: openOf([openRow('new')]) });
    expect(answer.alert).toMatchObject({ id: 'new', status: 'active', samples: [] });
  });

  it('that nobody knows is named', async () => {
    const { searcher } = await aStore();
    await expect(findAlert(searcher, indices, 'x', options)).rejects.toThrow('There is no alert `x`');
  });
});
