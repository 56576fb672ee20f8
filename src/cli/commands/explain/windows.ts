import type { Explanation } from '../../../replay/explain/explain.ts';
import type { ExplainedWindow, UncountedEvents } from '../../../replay/explain/recorder.ts';
import { countOf, formatMeasured, printable } from '../../../util/text.ts';
import { moment } from '../../arguments.ts';
import { columns } from '../../terminal.ts';
import { settingsOf } from './settings.ts';

/** The explanation as text. Groups, lines and reasons come from senders, so control characters are escaped. */
export function formatExplanation(explanation: Explanation): string {
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

function tableOf(windows: readonly ExplainedWindow[], measure: string): string {
  if (windows.length === 0) return 'No window ended near that time.';
  const rows = windows.map((window) => [
    `${moment(window.start)} to ${moment(window.end).slice(11)}${window.early ? ' (not over)' : ''}${window.again ? ' (judged again)' : ''}`,
    window.value === undefined ? 'nothing' : formatMeasured(window.value, measure),
    `${window.count}`,
    window.from === window.to ? window.to : `${window.from} → ${window.to}`,
    window.deadline === undefined ? '' : moment(window.deadline).slice(11),
    printable([window.reason, window.notification].filter((text) => text !== undefined).join('; ')),
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
