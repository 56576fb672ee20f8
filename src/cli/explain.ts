import { type Explanation, explain } from '../replay/explain.ts';
import { questionFrom } from '../replay/question.ts';
import type { Amiss, ExplainedWindow } from '../replay/recorder.ts';
import { formatDuration } from '../util/duration.ts';
import { formatNumber } from '../util/numbers.ts';
import { printable } from '../util/printable.ts';
import { moment } from './arguments.ts';
import { type ConfigArguments, validConfig } from './configuration.ts';
import { columns, type Terminal } from './terminal.ts';

export interface ExplainArguments extends ConfigArguments {
  /** The id of an alert, or with `at` the name of a rule. */
  alert: string | undefined;
  at?: string | undefined;
  group?: string | undefined;
  json?: boolean | undefined;
}

/** `logboom explain`: 0 where there is an answer, 1 where the journal holds nothing about it. */
export async function explainAlert(given: ExplainArguments, terminal: Terminal): Promise<number> {
  const { alert, at, group } = given;
  const question = questionFrom(at === undefined ? { alert } : { rule: alert, at, group });
  const explanation = await explain(question, validConfig(given));
  terminal.out(given.json ? JSON.stringify(explanation, null, 2) : formatExplanation(explanation));
  return 0;
}

/** The explanation as text. Groups, lines and reasons come from senders, so nothing unprintable gets through. */
export function formatExplanation(explanation: Explanation): string {
  const { question, group, settings, answer, remarks, windows, late, missing } = explanation;
  const set = [
    'where',
    'measure',
    'by',
    'over',
    'every',
    'lateness',
    'when',
    'recover',
    'for',
    'keepActiveFor',
    'cooldown',
  ];
  const shown = set.flatMap((name) => {
    const value = settings[name];
    const isSaid =
      value !== undefined && value !== '' && value !== 0 && !(Array.isArray(value) && value.length === 0);
    return isSaid ? [[name, said(name, value)]] : [];
  });
  const parts = [
    `${printable(question.rule)}${group === '' ? '' : ` (${printable(group)})`}\n${printable(answer)}`,
    columns(shown),
    tableOf(windows),
    amiss('too late', late),
    amiss('without the field', missing),
    remarks.map(printable).join('\n'),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

const lengths = new Set(['over', 'every', 'lateness', 'for', 'keepActiveFor', 'cooldown']);
const said = (name: string, value: unknown) =>
  lengths.has(name) && typeof value === 'number' ? formatDuration(value) : printable(String(value));

function tableOf(windows: readonly ExplainedWindow[]): string {
  if (windows.length === 0) return 'No window ended around that time.';
  const rows = windows.map((window) => [
    `${moment(window.start)} to ${moment(window.end).slice(11)}${window.early ? ' (not over)' : ''}`,
    window.value === undefined ? 'nothing' : formatNumber(window.value),
    `${window.count}`,
    window.from === window.to ? window.to : `${window.from} → ${window.to}`,
    window.deadline === undefined ? '' : moment(window.deadline).slice(11),
    printable([window.reason, window.told].filter((text) => text !== undefined).join('; ')),
  ]);
  return columns([['window', 'value', 'events', 'status', 'timer', 'why'], ...rows]);
}

function amiss(what: string, { count, samples }: Amiss): string {
  if (count === 0) return '';
  return [
    `${count} events ${what}:`,
    ...samples.map(({ time, message }) => `  ${moment(time)}  ${printable(message)}`),
  ].join('\n');
}
