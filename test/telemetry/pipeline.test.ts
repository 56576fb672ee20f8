import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { analyserTelemetry } from '../../src/telemetry/components/analyser.ts';
import { pipelineTelemetry } from '../../src/telemetry/components/pipeline.ts';
import { silentInstruments } from '../../src/telemetry/metrics.ts';
import { transition } from '../support/rules/transition.ts';

function observed() {
  const lines: Record<string, unknown>[] = [];
  const metrics = new Registry();
  const log = pino({}, { write: (line) => void lines.push(JSON.parse(line)) });
  return { telemetry: pipelineTelemetry({ log, metrics }), lines, text: () => metrics.metrics() };
}
type Telemetry = ReturnType<typeof observed>['telemetry'];

const events: [title: string, tell: (telemetry: Telemetry) => void, line: string][] = [
  ['events analysed', (t) => t.eventsAnalysed(2048), 'logboom_events_analysed_total 2048'],
  ['late events', (t) => t.eventsLate('burst', 2), 'logboom_events_late_total{rule="burst"} 2'],
  [
    'late events, each once',
    (t) => t.lateEvents('too late', 2),
    'logboom_late_events_total{outcome="too late"} 2',
  ],
  [
    'late events that are counted',
    (t) => t.eventsCorrected('burst', 2),
    'logboom_events_corrected_total{rule="burst"} 2',
  ],
  [
    'what late events can no longer correct',
    (t) => t.correctionForgotten(9),
    'logboom_correction_forgotten_entries_total 9',
  ],
  [
    'events of groups beyond the limits',
    (t) => t.eventsOverflowed('burst', 4),
    'logboom_events_overflowed_total{rule="burst"} 4',
  ],
  ['what a rule forgot', (t) => t.ruleForgot('burst', 6), 'logboom_rule_forgotten_total{rule="burst"} 6'],
  ['events ahead of time', (t) => t.eventsAhead(3), 'logboom_events_ahead_total 3'],
  ['dead letters', (t) => t.deadLettered(5, 'no JSON'), 'logboom_dead_letters_total{reason="no JSON"} 5'],
  ['closed windows', (t) => t.windowsClosed('burst', 3), 'logboom_windows_closed_total{rule="burst"} 3'],
  [
    'alert transitions',
    (t) => t.alertTransition(transition()),
    'logboom_alert_transitions_total{rule="traffic-burst",state="active"} 1',
  ],
  ['ticks', (t) => t.ticks(), 'logboom_ticks_total 1'],
];

describe('the telemetry of the analyser’s thread', () => {
  it('counts what is new since the last update', async () => {
    const instruments = silentInstruments();
    const { update } = analyserTelemetry(instruments);
    update({ took: 3_000, pause: 57_000, putOff: 2 }, { 'matched late': 1, 'given up': 0 });
    update({ took: 2_000, pause: 38_000, putOff: 5 }, { 'matched late': 1, 'given up': 4 });
    const text = await instruments.metrics.metrics();
    expect(text).toContain('logboom_checkpoint_seconds{part="pause"} 38\n');
    expect(text).toContain('logboom_checkpoints_put_off_total 5\n');
    expect(text).toContain('logboom_slow_lines_total{outcome="matched late"} 1\n');
    expect(text).toContain('logboom_slow_lines_total{outcome="given up"} 4\n');
  });
});

describe('the pipeline’s telemetry', () => {
  it.each(events)('counts %s', async (_, tell, line) => {
    const { telemetry, text } = observed();
    tell(telemetry);
    expect(await text()).toContain(`${line}\n`);
  });

  it('follows Prometheus’ naming', async () => {
    const names = [...(await observed().text()).matchAll(/^# TYPE (\S+) (\S+)/gm)];
    for (const [, name, type] of names) {
      expect(type).toBe('counter');
      expect(name).toMatch(/^logboom_[a-z_]+_total$/);
    }
    expect(names.length).toBeGreaterThan(6);
  });

  it('warns once of sources whose clocks were forgotten', async () => {
    const { telemetry, lines, text } = observed();
    for (const sources of [0, 3, 4]) telemetry.clocksForgotten(sources);
    expect(lines).toMatchObject([{ level: 40, msg: expect.stringContaining('limits.sources') }]);
    expect(await text()).toContain('logboom_clock_sources_forgotten_total 7');
  });

  it('logs a transition with its reason', () => {
    const { telemetry, lines } = observed();
    telemetry.alertTransition(transition());
    expect(lines).toMatchObject([
      {
        level: 30,
        msg: 'alert traffic-burst (web-1): inactive → active: 7 is >= 5',
        'rule.name': 'traffic-burst',
        'logboom.alert.to': 'active',
      },
    ]);
  });

  it('leaves the brackets out where a rule has no groups', () => {
    const { telemetry, lines } = observed();
    telemetry.alertTransition(transition({ group: '' }));
    expect(lines[0]!.msg).toBe('alert traffic-burst: inactive → active: 7 is >= 5');
  });

  it('keeps the number of reasons bounded', async () => {
    const { telemetry, text } = observed();
    for (let reason = 0; reason < 1000; reason++) telemetry.deadLettered(1, `reason ${reason}`);
    const series = (await text()).match(/^logboom_dead_letters_total\{.*$/gm)!;
    expect(series).toHaveLength(101);
    expect(series.at(-1)).toBe('logboom_dead_letters_total{reason="_other"} 900');
  });

  it('warns of dead letters', () => {
    const { telemetry, lines } = observed();
    telemetry.deadLettered(5, 'no JSON');
    expect(lines).toMatchObject([{ level: 40, msg: '5 among the dead letters: no JSON' }]);
  });

  it.each<[string, 'eventsOverflowed' | 'ruleForgot', string]>([
    ['has more groups than it may keep', 'eventsOverflowed', 'limits.groups'],
    ['forgets what it learned early', 'ruleForgot', 'limits.values'],
  ])('warns once of each rule that %s', (_, report, setting) => {
    const { telemetry, lines } = observed();
    telemetry[report]('burst', 0);
    expect(lines).toEqual([]);
    for (const rule of ['burst', 'burst', 'silent']) telemetry[report](rule, 1);
    expect(lines.map(({ level, 'rule.name': rule }) => [level, rule])).toEqual([
      [40, 'burst'],
      [40, 'silent'],
    ]);
    expect(lines[0]!.msg).toContain(setting);
  });
});
