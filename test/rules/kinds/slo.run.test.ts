import { describe, expect, it } from 'vitest';
import { outputItem } from '../../../src/alerts/documents.ts';
import { schema } from '../../../src/config/schema/schema.ts';
import type { Output } from '../../../src/model.ts';
import { ruleOfKind } from '../../support/rules/rules.ts';
import { event, lastEpisode, play, type Step, told } from '../../support/rules/runs.ts';

const rule = ruleOfKind('slo', {
  by: ['host.name'],
  slo: '90%',
  bad: 'code: 500',
  over: '10s',
  lateness: '0s',
  period: '1h',
  severity: 'medium',
  notify: ['log'],
  cooldown: '1h',
  burnRates: [
    { rate: 8, over: '60s', short: '10s', severity: 'critical' },
    { rate: 2, over: '120s', short: '20s', severity: 'low' },
  ],
});

/** Ten events a step of ten seconds, of which so many are bad. */
const steps = (from: number, bad: readonly number[]): Step[] =>
  bad.flatMap((many, place) =>
    Array.from({ length: 10 }, (_, n) =>
      event(from + place * 10 + n, { 'host.name': 'web-1', code: n < many ? 500 : 200 }),
    ),
  );

/** No bad ones, then a quarter, then all, then none. */
const outage = [
  ...steps(0, [0, 0, 0, ...Array<number>(12).fill(3), ...Array<number>(8).fill(10), 0, 0, 0, 0]),
  { until: 400 },
];
const outputs = play(rule, outage).outputs;
const transitions = outputs.flatMap((one) => (one.kind === 'transition' ? [one.transition] : []));

describe('a rule of the kind slo', () => {
  it('has one alert, whose severity rises and never falls', () => {
    expect(transitions.map(({ from, to, severity }) => [from, to, severity])).toEqual([
      ['inactive', 'active', 'low'],
      ['active', 'active', 'critical'],
      ['active', 'inactive', 'critical'],
    ]);
    expect(new Set(transitions.map(({ episode }) => episode)).size).toBe(1);
    expect(lastEpisode(outputs)).toMatchObject({ severity: 'critical', status: 'inactive' });
  });

  it('notifies when the severity rises, whatever the cooldown', () => {
    const notified = outputs.flatMap((one) =>
      one.kind === 'notification' ? [one.notification.transition] : [],
    );
    expect(notified.map(({ to, severity }) => [to, severity])).toEqual([
      ['active', 'low'],
      ['active', 'critical'],
      ['inactive', 'critical'],
    ]);
    expect(notified[1]!.reason).toContain('; the severity rose from low to critical');
  });

  it('shows the bad lines as evidence', () => {
    for (const { '@timestamp': _, ...sample } of lastEpisode(outputs)!.samples) expect(sample).toBeDefined();
    expect(lastEpisode(outputs)!.samples.length).toBeGreaterThan(0);
  });

  it('writes budget and burn rate into the documents of alerts, transitions and windows', () => {
    const { indexing } = schema.parse({});
    const documents = outputs.flatMap((output: Output) => {
      const item = outputItem(output, { indexing });
      return item === undefined ? [] : [[output.kind, JSON.parse(String(item.document))] as const];
    });
    const last = (kind: string) => documents.findLast(([of]) => of === kind)![1];
    for (const kind of ['episode', 'transition'])
      expect(last(kind).alert.slo).toMatchObject({
        name: '90%',
        objective: 0.9,
        burn_over: expect.any(Number),
      });
    expect(last('episode').event.severity).toBe(99);
    const windows = documents.filter(([kind]) => kind === 'window').map(([, document]) => document);
    expect(windows[0].window).toMatchObject({ measure: 'share of bad events', value: 0, count: 10 });
    expect(windows[0].slo).toMatchObject({ events: 10, bad: 0, budget_left: 1, burn_rate: 0 });
    expect(windows.at(-1).slo).toMatchObject({ events: 270, bad: 116 });
  });

  it('recovers without further events', () => {
    const silent = [...steps(0, [0, 0, 10, 10, 10]), { until: 400 }];
    expect(told(play(rule, silent).outputs).at(-1)).toContain('web-1 inactive: recovered: burn rate');
  });

  it.each([5, 100, 130, 200, 260])('goes on after a restart at event %i', (place) => {
    expect(play(rule, outage, { restartAfter: [place] }).outputs).toEqual(outputs);
  });
});
