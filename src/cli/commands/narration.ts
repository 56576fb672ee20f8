import type { App } from '../../app/app.ts';
import { decidedAt, type Transition } from '../../model.ts';
import { printable } from '../../util/text.ts';
import { addressOf, filebeatSnippet, indented, requests } from './welcome.ts';

const time = (millis: number) => new Date(millis).toISOString().slice(11, 23);

const statusText: Record<Transition['to'], string> = {
  pending: 'pending',
  active: 'ALERT',
  recovering: 'recovering',
  inactive: 'resolved',
  'no-data': 'no data',
};

/** A transition as text. Parts of it come from senders. */
export function narrateTransition(transition: Transition): string {
  const { rule, group, to, window, reason, message } = transition;
  const who = group === '' ? rule : `${rule} (${group})`;
  const lines = [
    `${to === 'active' ? '▲' : '▽'} ${statusText[to]}  ${who}, event time ${time(decidedAt(transition))}`,
    `    ${message}`,
    `    because ${reason}, window ${time(window.start)} to ${time(window.end)}`,
  ];
  const shown = to === 'active' ? lines : lines.filter((_, index) => index !== 1);
  return shown.map(printable).join('\n');
}

/** Prints a line for every twentieth event of the quiet part, and one when the burst begins. */
export function narrateProgress(print: (line: string) => void): (progress: { acknowledged: number }) => void {
  let next = 20;
  return ({ acknowledged }) => {
    if (acknowledged < next) return;
    if (acknowledged > quietEvents) print('The burst begins: an event every 10 ms.');
    else print(`${acknowledged} events sent and acknowledged, a second apart.`);
    next = acknowledged > quietEvents ? Number.POSITIVE_INFINITY : acknowledged + 20;
  };
}
const quietEvents = 100;

/** A line for each listener whose usual port is in use. */
export function movedPorts(
  urls: App['urls'],
  wanted: Record<'lumberjack' | 'store' | 'api', number>,
): string[] {
  const names = { lumberjack: 'Lumberjack', store: 'the embedded store', api: 'the API' };
  return (['lumberjack', 'store', 'api'] as const).flatMap((key) => {
    const address = addressOf(urls[key] ?? '');
    if (address === '' || address.endsWith(`:${wanted[key]}`)) return [];
    return [`Port ${wanted[key]} is in use, so ${names[key]} listens on ${address}.`];
  });
}

export const introduction = (urls: App['urls'], folder: string, moved: string[], rounds: number): string =>
  [
    `logboom runs with its embedded store. Its data folder is ${folder}.`,
    ...moved,
    '',
    'Its one rule, `traffic-burst`, raises an alert when a window of 1 s, with a hop of 10 ms, holds 5 events or more.',
    'Events may arrive 100 ms late.',
    '',
    `The demo now ships traffic to ${addressOf(urls.lumberjack!)} over TCP and Lumberjack, as Filebeat does: 100 events a second apart,`,
    'which raise no alert; then 100 events 10 ms apart, which raise one; then nothing, so that the alert ends.',
    ...(rounds > 1 ? [`It plays ${rounds} rounds, with events of the last minutes.`] : []),
    '',
  ].join('\n');

export const conclusion = (urls: App['urls'], events: number, raised: number): string =>
  [
    '',
    `${events} events were sent and acknowledged; ${raised === 1 ? 'one alert was' : `${raised} alerts were`} raised. Show them:`,
    '',
    indented(requests(urls).join('\n')),
    '',
    'Ship other logs with Filebeat (filebeat.yml):',
    '',
    indented(filebeatSnippet(urls.lumberjack!)),
  ].join('\n');
