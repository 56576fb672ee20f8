import { createServer } from 'node:net';
import type { App } from '../../app/app.ts';
import { decidedAt, type Transition } from '../../model.ts';
import { printable } from '../../util/text.ts';

/** An address as a person types it: `localhost:5044` for `tcp://127.0.0.1:5044` and for a wildcard address. */
export function addressOf(url: string): string {
  const address = url.replace(/^\w+:\/\//, '').replace(/\/$/, '');
  return address.replace(/^(127\.0\.0\.1|0\.0\.0\.0|\[::1?\]|\[::\])(?=:\d+$)/, 'localhost');
}

/** The output section of `filebeat.yml`. */
const filebeatSnippet = (lumberjack: string): string =>
  ['output.logstash:', `  hosts: ["${addressOf(lumberjack)}"]`].join('\n');

/** The address for `curl`, which takes an address without a scheme for plain HTTP. */
const curlAddress = (url: string) => `${url.startsWith('https:') ? 'https://' : ''}${addressOf(url)}`;

/** Requests that show the documents and the status. */
export function requests({ store, elasticsearch, api }: App['urls']): string[] {
  const documents = store === undefined ? elasticsearch : curlAddress(store);
  const searches = [
    `curl '${documents}/alerts/_search?pretty'`,
    `curl '${documents}/logs-*/_search?pretty'`,
    `curl '${documents}/_cat/indices?v'`,
  ];
  return [...(documents === undefined ? [] : searches), `curl '${curlAddress(api)}/status'`];
}

const indented = (text: string): string => text.replace(/^(?=.)/gm, '  ');

const listens = ({ lumberjack }: App['urls']): string[] =>
  lumberjack === undefined
    ? ['logboom reads the inputs of its configuration. `logboom status` shows them.', '']
    : [
        `logboom listens on ${addressOf(lumberjack)}. Ship logs with Filebeat (filebeat.yml):`,
        '',
        indented(filebeatSnippet(lumberjack)),
        '',
      ];

/** The text that `run` prints on a terminal. */
export function welcome(urls: App['urls']): string {
  return [
    ...listens(urls),
    'Show the documents and the status:',
    '',
    indented(requests(urls).join('\n')),
    '',
    'Ctrl-C stops logboom.',
    '',
  ].join('\n');
}

/** Whether the port can be opened now. */
export function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host }, () => probe.close(() => resolve(true)));
  });
}

/** The port if it is free, else 0, which makes the system choose a free port. */
export async function portOrAny(port: number, host: string): Promise<number> {
  return (await isFree(port, host)) ? port : 0;
}

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
    `    because ${reason}`,
    `    window ${time(window.start)} to ${time(window.end)}`,
  ];
  const shown = to === 'active' ? lines : lines.filter((_, index) => index !== 1);
  return shown.map(printable).join('\n');
}

/** Prints five lines while the `quiet` events before the burst are sent, and one when it begins. */
export function narrateProgress(
  print: (line: string) => void,
  quiet: number,
): (progress: { acknowledged: number }) => void {
  let next = quiet / 5;
  return ({ acknowledged }) => {
    if (acknowledged < next) return;
    if (acknowledged > quiet) print('The burst begins: an event every 10 ms.');
    else print(`${acknowledged} events sent and acknowledged, a second apart.`);
    next = acknowledged > quiet ? Number.POSITIVE_INFINITY : acknowledged + quiet / 5;
  };
}

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

interface Introduced {
  urls: App['urls'];
  folder: string;
  /** Lines about listeners on other ports. */
  moved: string[];
  /** The rule as YAML. */
  rule: string;
  /** Events before the first burst. */
  quiet: number;
  rounds: number;
}

/** What the demo is about to show. No line has more than 80 characters, but for a long data folder. */
export const introduction = ({ urls, folder, moved, rule, quiet, rounds }: Introduced): string =>
  [
    'logboom runs with its embedded store.',
    '',
    `  dashboard    http://${addressOf(urls.api)}/ui/`,
    `  data folder  ${folder}`,
    ...moved,
    '',
    'Its one rule counts events in windows of 1 s, of which one begins every 10 ms:',
    '',
    indented(rule.trimEnd()),
    '',
    `The demo now ships traffic to ${addressOf(urls.lumberjack!)}, as Filebeat does:`,
    `${quiet} events a second apart, which raise no alert; then 100 events 10 ms apart,`,
    'which raise one; then nothing, so that the alert ends.',
    ...(rounds > 1 ? [`It plays ${rounds} rounds, with events of the last minutes.`] : []),
    '',
  ].join('\n');

/** A message as its receiver sees it. */
export const inboxText = (text: string): string =>
  [
    '  ✉ The message that people get:',
    ...text.split('\n').map((line) => `  │ ${printable(line)}`.trimEnd()),
  ].join('\n');

export const conclusion = (urls: App['urls'], events: number, raised: number, isLast: boolean): string =>
  [
    '',
    `${events} events were sent and acknowledged; ${raised === 1 ? 'one alert was' : `${raised} alerts were`} raised.`,
    isLast ? 'Without --once logboom keeps running, and these requests show them:' : 'Show them:',
    '',
    indented(requests(urls).join('\n')),
    '',
    'Ship other logs with Filebeat (filebeat.yml):',
    '',
    indented(filebeatSnippet(urls.lumberjack!)),
  ].join('\n');
