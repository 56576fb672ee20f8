import { createServer } from 'node:net';
import type { App } from '../../app/app.ts';

/** An address as a person types it: `localhost:5044` for `tcp://127.0.0.1:5044` and for a wildcard address. */
export function addressOf(url: string): string {
  const address = url.replace(/^\w+:\/\//, '').replace(/\/$/, '');
  return address.replace(/^(127\.0\.0\.1|0\.0\.0\.0|\[::1?\]|\[::\])(?=:\d+$)/, 'localhost');
}

/** The output section of `filebeat.yml`. */
export const filebeatSnippet = (lumberjack: string): string =>
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

export const indented = (text: string): string => text.replace(/^(?=.)/gm, '  ');

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
