import { type Explanation, explain } from '../../replay/explain.ts';
import { questionFrom } from '../../replay/question.ts';
import type { ExplainedWindow, UncountedEvents } from '../../replay/recorder.ts';
import { isDuration } from '../../rules/kinds/index.ts';
import { countOf, formatDuration, formatMeasured, printable } from '../../util/text.ts';
import { moment } from '../arguments.ts';
import { type ConfigArguments, columns, type Terminal, validConfig } from '../terminal.ts';

interface ExplainArguments extends ConfigArguments {
  /** ID of an alert, or with `at` the name of a rule. */
  alert: string | undefined;
  at?: string | undefined;
  group?: string | undefined;
  json?: boolean | undefined;
}

/** `logboom explain`: 0 with an explanation. Throws where the journal holds nothing about it. */
export async function explainAlert(given: ExplainArguments, terminal: Terminal): Promise<number> {
  const { alert, at, group } = given;
  const question = questionFrom(at === undefined ? { alert } : { rule: alert, at, group });
  const explanation = await explain(question, validConfig(given));
  terminal.out(given.json ? JSON.stringify(explanation, null, 2) : formatExplanation(explanation));
  return 0;
}

/** The explanation as text. Groups, lines and reasons come from senders, so control characters are escaped. */
function formatExplanation(explanation: Explanation): string {
  const { question, group, settings, notCounted, answer, remarks, windows, late, missing } = explanation;
  const parts = [
    `${printable(question.rule)}${group === '' ? '' : ` (${printable(group)})`}\n${notCounted.map(printable).join('\n')}`,
    printable(answer),
    columns(settingsOf(settings)),
    tableOf(windows, String(settings.measure ?? '')),
    eventsOf('too late', late),
    eventsOf('without the field', missing),
    remarks.map(printable).join('\n'),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** Settings that a rule decides by, in the order in which one reads them. Others of a kind follow. */
const ordered = [
  ...['kind', 'where', 'by', 'measure', 'field', 'bounds', 'statistic', 'over', 'every', 'lateness'],
  ...['when', 'recover', 'min', 'max', 'minCount', 'ratio', 'direction', 'minBefore'],
  ...['deviation', 'season', 'zone', 'warmUp', 'memory', 'minSpread', 'adaptAfter', 'remember'],
  ...['expect', 'learn', 'forget', 'shipper', 'quiet', 'for', 'keepActiveFor', 'noData'],
  ...['activeHours', 'cooldown', 'cooldownGrowth', 'cooldownMax'],
];

/** Settings that decide nothing: what is said, who is notified, and how much is kept. */
const hidden = [
  ...['name', 'description', 'enabled', 'severity', 'message', 'labels', 'runbook', 'notify'],
  ...['maxGroups', 'maxTerms', 'record'],
];

/** Settings that have an effect. Empty ones, and those that another setting makes ineffective, are left out. */
function settingsOf(settings: Explanation['settings']): string[][] {
  const withoutEffect = new Set<string>([
    ...(settings.cooldownGrowth === 1 ? ['cooldownGrowth', 'cooldownMax'] : []),
    ...(settings.kind === 'threshold' ? ['kind'] : []),
    ...(settings.noData === 'hold' ? ['noData'] : []),
    ...(settings.season === 'none' ? ['zone'] : []),
  ]);
  const others = Object.keys(settings).filter((name) => !ordered.includes(name) && !hidden.includes(name));
  return [...ordered, ...others].flatMap((name) => {
    const value = settings[name];
    const isEmpty =
      value === undefined || value === '' || value === 0 || (Array.isArray(value) && value.length === 0);
    return isEmpty || withoutEffect.has(name)
      ? []
      : [[name, isDuration(settings.kind, name) ? formatDuration(value as number) : textOf(value)]];
  });
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return printable(value.join(', '));
  return printable(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

function tableOf(windows: readonly ExplainedWindow[], measure: string): string {
  if (windows.length === 0) return 'No window ended near that time.';
  const rows = windows.map((window) => [
    `${moment(window.start)} to ${moment(window.end).slice(11)}${window.early ? ' (not over)' : ''}${window.again ? ' (judged again)' : ''}`,
    window.value === undefined ? 'nothing' : formatMeasured(window.value, measure),
    `${window.count}`,
    window.from === window.to ? window.to : `${window.from} → ${window.to}`,
    window.deadline === undefined ? '' : moment(window.deadline).slice(11),
    printable([window.reason, window.told].filter((text) => text !== undefined).join('; ')),
  ]);
  return columns([['window', 'value', 'events', 'status', 'timer', 'why'], ...rows]);
}

function eventsOf(what: string, { count, samples }: UncountedEvents): string {
  if (count === 0) return '';
  return [
    `${countOf(count, 'event')} ${what}:`,
    ...samples.map(({ time, message }) => `  ${moment(time)}  ${printable(message)}`),
  ].join('\n');
}
