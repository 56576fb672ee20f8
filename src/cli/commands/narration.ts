import type { App } from '../../app/app.ts';
import type { Transition } from '../../model.ts';
import { printable } from '../../util/text.ts';
import { addressOf, filebeatSnippet, indented, requests } from './welcome.ts';

const time = (millis: number) => new Date(millis).toISOString().slice(11, 23);

const became: Record<Transition['to'], string> = {
  pending: 'may become an alert',
  active: 'ALERT',
  recovering: 'recovers',
  inactive: 'resolved',
  'no-data': 'has nothing to measure',
};

/** One change of an alert, in a sentence or two. Its texts come from senders. */
export function narrateTransition(transition: Transition): string {
  const { rule, group, to, at, window, reason, message } = transition;
  const who = group === '' ? rule : `${rule} (${group})`;
  const lines = [
    `${to === 'active' ? '▲' : '▽'} ${became[to]}  ${who}, event time ${time(at)}`,
    `    ${message}`,
    `    because ${reason}, window ${time(window.start)} to ${time(window.end)}`,
  ];
  const said = to === 'active' ? lines : lines.filter((_, index) => index !== 1);
  return said.map(printable).join('\n');
}

/** A line for every twentieth event of the trickle, and one when the burst has begun. */
export function narrateProgress(tell: (line: string) => void): (progress: { acknowledged: number }) => void {
  let next = 20;
  return ({ acknowledged }) => {
    if (acknowledged < next) return;
    if (acknowledged > quietEvents) tell('The burst has begun: an event every 10 ms.');
    else tell(`${acknowledged} events sent and acknowledged, a second apart.`);
    next = acknowledged > quietEvents ? Number.POSITIVE_INFINITY : acknowledged + 20;
  };
}
const quietEvents = 100;

/** Which listener could not have its usual port, and which it has. */
export function movedPorts(
  urls: App['urls'],
  wanted: Record<'lumberjack' | 'store' | 'api', number>,
): string[] {
  const names = { lumberjack: 'Lumberjack', store: 'the embedded store', api: 'the API' };
  return (['lumberjack', 'store', 'api'] as const).flatMap((key) => {
    const address = addressOf(urls[key] ?? '');
    if (address === '' || address.endsWith(`:${wanted[key]}`)) return [];
    return [`Port ${wanted[key]} is taken, so ${names[key]} listens on ${address}.`];
  });
}

export const beginning = (urls: App['urls'], folder: string, moved: string[], rounds: number): string =>
  [
    `This is logboom with its embedded store; its data is in ${folder}.`,
    ...moved,
    '',
    'Its one rule, `traffic-burst`: an alert when a window of 1 s, moved on every 10 ms, holds 5 events or more;',
    'an event may come 100 ms late.',
    '',
    `Now the tutorial’s traffic is shipped to ${addressOf(urls.lumberjack)}, over TCP and Lumberjack as Filebeat does: 100 events a`,
    'second apart, which is no alert; then 100 events 10 ms apart, which is one; then it is quiet, and it resolves.',
    ...(rounds > 1 ? [`${rounds} rounds of it are played; their events lie in the last minutes.`] : []),
    '',
  ].join('\n');

export const ending = (urls: App['urls'], events: number, raised: number): string =>
  [
    '',
    `${events} events were sent and acknowledged; ${raised === 1 ? 'one alert was' : `${raised} alerts were`} raised. Look at them:`,
    '',
    indented(requests(urls).join('\n')),
    '',
    'Ship your own logs with Filebeat (filebeat.yml):',
    '',
    indented(filebeatSnippet(urls.lumberjack)),
  ].join('\n');
