import { describe, expect, it } from 'vitest';
import { reloadTelemetry } from '../../src/telemetry/components/reload.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { type Applied, wordsOf } from '../../src/telemetry/reload-answer.ts';

const nothing: Applied = {
  applied: true,
  rules: { added: [], changed: [], notification: [], removed: [], disabled: [], unchanged: 3 },
  notifiers: { added: [], changed: [], removed: [] },
  settings: [],
  needsRestart: [],
  pending: [],
};

function setUp() {
  const lines: { message: string; [field: string]: unknown }[] = [];
  const secrets: string[] = [];
  const log = createLog(
    { level: 'info', format: 'json' },
    { secrets, destination: { write: (line) => void lines.push(JSON.parse(line)) } },
  );
  const { registry, text } = createMetrics();
  const clock = { now: 5_000 };
  const telemetry = reloadTelemetry({ log, metrics: registry }, () => clock.now);
  const metric = async (name: string) =>
    Number(
      (await text())
        .split('\n')
        .find((line) => line.startsWith(`${name} `))!
        .split(' ')[1],
    );
  return { telemetry, lines, metric, clock, log, secrets };
}

describe('the telemetry of reloads', () => {
  it('counts the load at the start as successful, and as no reload', async () => {
    const { metric } = setUp();
    expect(await metric('logboom_config_last_reload_successful')).toBe(1);
    expect(await metric('logboom_config_last_reload_success_timestamp_seconds')).toBe(5);
    expect(await metric('logboom_config_reloads_total{result="success"}')).toBe(0);
  });

  it('tells what was taken up, and warns of what was not', async () => {
    const { telemetry, lines, metric, clock } = setUp();
    clock.now = 9_000;
    telemetry.applied('SIGHUP', {
      ...nothing,
      needsRestart: ['data'],
      settings: ['kibana.url'],
      pending: ['analyser'],
    });
    expect(lines.map(({ message }) => message)).toEqual([
      'configuration loaded anew: settings: kibana.url',
      'a restart is needed for data',
      'the analyser is busy, and takes it up when it is done',
    ]);
    expect(lines[0]).toMatchObject({ trigger: 'SIGHUP' });
    expect(await metric('logboom_config_reloads_total{result="success"}')).toBe(1);
    expect(await metric('logboom_config_last_reload_success_timestamp_seconds')).toBe(9);
  });

  it('tells each problem with its place and its remedy', async () => {
    const { telemetry, lines, metric, clock } = setUp();
    clock.now = 9_000;
    const problems = [
      { path: 'rules[0].when', message: 'No.', remedy: 'Do.', line: 3, column: 7 },
      { path: 'api.port', message: 'No.', remedy: 'Do.', variable: 'LOGBOOM_API_PORT' },
      { path: '', message: 'It cannot be read.', remedy: 'Name another.' },
    ];
    telemetry.refused('file', { applied: false, file: 'logboom.yml', problems });
    expect(lines).toHaveLength(1);
    expect(lines[0]!.message).toBe(
      'the configuration has 3 problems, and the one before stays in force: ' +
        'logboom.yml:3:7 rules[0].when: No. → Do.; LOGBOOM_API_PORT api.port: No. → Do.; ' +
        'logboom.yml It cannot be read. → Name another.',
    );
    expect(await metric('logboom_config_last_reload_successful')).toBe(0);
    expect(await metric('logboom_config_reloads_total{result="failure"}')).toBe(1);
    expect(await metric('logboom_config_last_reload_success_timestamp_seconds')).toBe(5);
  });

  it('leaves out secrets that only a reload brought', () => {
    const { log, lines, secrets } = setUp();
    secrets.push('brought-later');
    log.info('says brought-later aloud');
    expect(lines[0]!.message).toBe('says [secret] aloud');
  });

  it.each<[Partial<Applied>, string]>([
    [{}, 'nothing changed'],
    [
      { rules: { ...nothing.rules, added: ['a', 'b'], notification: ['c'] } },
      'rules: 2 added (a, b), 1 with other notification settings (c), 3 unchanged',
    ],
    [
      { notifiers: { ...nothing.notifiers, removed: ['ops'] }, settings: ['time.zone'] },
      'notifiers: 1 removed (ops); settings: time.zone',
    ],
  ])('says %j as "%s"', (changes, words) => {
    expect(wordsOf({ ...nothing, ...changes })).toBe(words);
  });
});
