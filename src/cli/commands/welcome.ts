import type { App } from '../../app/app.ts';

/** `localhost:5044` of `tcp://127.0.0.1:5044`: what a person would type. A wildcard address is reached as localhost too. */
export function addressOf(url: string): string {
  const address = url.replace(/^\w+:\/\//, '').replace(/\/$/, '');
  return address.replace(/^(127\.0\.0\.1|0\.0\.0\.0|\[::1?\]|\[::\])(?=:\d+$)/, 'localhost');
}

/** What to write into `filebeat.yml`. */
export const filebeatSnippet = (lumberjack: string): string =>
  ['output.logstash:', `  hosts: ["${addressOf(lumberjack)}"]`].join('\n');

/** `curl` takes an address without a scheme for plain HTTP. */
const asked = (url: string) => `${url.startsWith('https:') ? 'https://' : ''}${addressOf(url)}`;

/** Requests by which to look at what is there. */
export function requests({ store, elasticsearch, api }: App['urls']): string[] {
  const documents = store === undefined ? elasticsearch : asked(store);
  const searches = [
    `curl '${documents}/alerts/_search?pretty'`,
    `curl '${documents}/logs-*/_search?pretty'`,
    `curl '${documents}/_cat/indices?v'`,
  ];
  return [...(documents === undefined ? [] : searches), `curl '${asked(api)}/status'`];
}

export const indented = (text: string): string => text.replace(/^(?=.)/gm, '  ');

/** What `run` prints on a terminal. */
export function welcome(urls: App['urls']): string {
  return [
    `logboom listens on ${addressOf(urls.lumberjack)}. Ship to it with Filebeat (filebeat.yml):`,
    '',
    indented(filebeatSnippet(urls.lumberjack)),
    '',
    'and look at what came:',
    '',
    indented(requests(urls).join('\n')),
    '',
    'Ctrl-C stops.',
    '',
  ].join('\n');
}
