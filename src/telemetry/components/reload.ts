import { Counter, Gauge } from 'prom-client';
import type { Millis } from '../../model.ts';
import type { Instruments } from '../metrics.ts';
import { type Applied, type Refused, type ReloadProblem, wordsOf } from '../reload-answer.ts';

/** What requested the reload. */
export type ReloadTrigger = 'SIGHUP' | 'API' | 'file';

/** Log lines and metrics of reloads. Metrics are named as Prometheus names its own. */
export function reloadTelemetry({ log, metrics }: Instruments, now: () => Millis) {
  const registers = [metrics];
  const reloads = new Counter({
    name: 'logboom_config_reloads_total',
    help: 'Reloads of the configuration by result.',
    labelNames: ['result'] as const,
    registers,
  });
  const successful = new Gauge({
    name: 'logboom_config_last_reload_successful',
    help: 'Whether the last attempt to load the configuration was successful.',
    registers,
  });
  const at = new Gauge({
    name: 'logboom_config_last_reload_success_timestamp_seconds',
    help: 'Time of the last successful load of the configuration.',
    registers,
  });
  for (const result of ['success', 'failure'] as const) reloads.inc({ result }, 0);
  const loaded = () => {
    successful.set(1);
    at.set(now() / 1000);
  };
  loaded();
  return {
    applied(trigger: ReloadTrigger, answer: Applied): void {
      reloads.inc({ result: 'success' });
      loaded();
      const { rules, notifiers, settings, needsRestart, pending } = answer;
      log.info({ trigger, rules, notifiers, settings }, `configuration loaded anew: ${wordsOf(answer)}`);
      if (needsRestart.length > 0)
        log.warn({ trigger, needsRestart }, `a restart is needed for ${needsRestart.join(', ')}`);
      for (const reader of pending)
        log.warn({ trigger, reader }, `the ${reader} is busy, and takes it up when it is done`);
    },
    refused(trigger: ReloadTrigger, { file, problems }: Refused): void {
      reloads.inc({ result: 'failure' });
      successful.set(0);
      const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
      log.error(
        { trigger, file, problems },
        `the configuration has ${count}, and the one before stays in force: ${problems.map((problem) => lineOf(problem, file)).join('; ')}`,
      );
    },
    failed(trigger: ReloadTrigger, error: unknown): void {
      reloads.inc({ result: 'failure' });
      successful.set(0);
      log.error({ trigger, err: error }, 'the configuration could not be taken up');
    },
  };
}

/** Log lines of rules that are changed through the API. */
export function ruleEditTelemetry({ log }: Pick<Instruments, 'log'>) {
  return {
    saved({ by, rule, file }: { by: string; rule: string; file: string }): void {
      log.info(
        { 'rule.name': rule, 'user.name': by, 'file.path': file },
        `${by} saved the rule ${rule} in ${file}`,
      );
    },
    restored({ by, rule, file }: { by: string; rule: string; file: string }): void {
      log.warn(
        { 'rule.name': rule, 'user.name': by, 'file.path': file },
        `the configuration with the rule ${rule} could not be taken up: ${file} is as it was before`,
      );
    },
  };
}

export type RuleEditTelemetry = ReturnType<typeof ruleEditTelemetry>;
export type ReloadTelemetry = ReturnType<typeof reloadTelemetry>;

/** A problem on one line: `logboom.yml:3:5 rules[0].when: … → …`. */
function lineOf({ path, message, remedy, line, column, variable }: ReloadProblem, file = ''): string {
  const place = variable ?? (line === undefined ? file : `${file}:${line}:${column}`);
  return [place, path === '' ? '' : `${path}:`, message, `→ ${remedy}`]
    .filter((part) => part !== '')
    .join(' ');
}
