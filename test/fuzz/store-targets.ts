import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Engine } from '../../packages/store/src/engine.ts';
import { buildServer } from '../../packages/store/src/http/server.ts';
import { silentTelemetry } from '../../packages/store/src/telemetry.ts';
import { gist, type Target } from './campaign.ts';

const verbs = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'] as const;
type Verb = (typeof verbs)[number];

const sample = [
  { '@timestamp': '2026-11-21T05:40:07.490Z', message: 'the quick fox', status: 200, host: { name: 'web1' } },
  {
    '@timestamp': '2026-11-21T05:41:07.490Z',
    message: 'timed out',
    status: 503,
    host: { name: 'web2' },
    ip: '10.0.0.1',
  },
  { '@timestamp': '2026-11-22T05:41:07.490Z', message: ['a', 'b'], status: 1.5, ok: true, tags: ['x', 'y'] },
];

/** The embedded store without a socket: requests go through the very server, and a 5xx is a defect. */
export async function openStore() {
  const folder = mkdtempSync(join(tmpdir(), 'logboom-fuzz-'));
  const engine = new Engine(folder, Date.now);
  const app = buildServer(engine, silentTelemetry);
  const ask = async (method: Verb, url: string, body: Buffer | string, type = 'application/json') => {
    const headers = { 'content-type': type };
    const payload = method === 'GET' && body.length === 0 ? {} : { payload: body };
    const { statusCode, body: text } = await app.inject({ method, url, headers, ...payload });
    if (statusCode >= 500)
      throw new Error(`${method} ${url.slice(0, 200)} answered ${statusCode} ${text.slice(0, 600)}`);
    return `${statusCode} ${gist(/"reason":"([^"]*)/.exec(text)?.[1] ?? '')}`;
  };
  const fill = async () => {
    await ask('DELETE', '/_data_stream/*', '');
    await ask('DELETE', '/_all', '');
    await ask('DELETE', '/_index_template/*', '');
    for (const document of sample) await ask('POST', '/logs/_doc', JSON.stringify(document));
  };
  await fill();
  const close = async () => {
    await app.close();
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { ask, fill, close };
}

type Ask = Awaited<ReturnType<typeof openStore>>['ask'];

const queryWords = [
  '{"bool":{"must":[',
  '{"range":{"@timestamp":{"gte":"now-1d/d"}}}',
  '"terms":',
  '"match":',
  '"wildcard":',
  '"regexp":',
  '"exists":',
  '"aggs":{"a":',
  '"date_histogram":',
  '"composite":',
  '"sort":',
  '"from":',
  '"size":',
  '"track_total_hits":',
  '"highlight":',
  '"_source":',
  '"fields":',
  '"search_after":',
  '"nested":',
  '"query_string":',
  '"status"',
  '"message"',
  '"*"',
];
const luceneWords = [
  'AND',
  'OR',
  'NOT',
  '(',
  ')',
  '"',
  '[1 TO *]',
  '{a TO b}',
  '/.*/',
  '~2',
  '^3',
  '\\',
  'status:',
  '_exists_:',
  '*',
  '?',
];
const actionWords = [
  '{"index":{}}\n',
  '{"create":{"_index":"x"}}\n',
  '{"delete":{"_id":"1"}}\n',
  '{"doc":{}}',
  '"_id":',
  '\n',
  '"dynamic_templates":',
];
const requestWords = [
  ...queryWords,
  'GET ',
  'PUT ',
  'DELETE ',
  '/_search',
  '/_count',
  '/_mapping',
  '/_doc/1',
  '/_bulk',
  '?',
  '&',
  '%',
  '..',
  '*',
  ',',
  '?filter_path=',
  '?q=',
  '_index_template/t',
  '_data_stream/',
  '/_cat/indices',
  '/_field_caps?fields=',
  '/_mget',
  '_aliases',
  '/_update/1',
];

const search = (ask: Ask): Target => ({
  words: queryWords,
  run: (input) => ask('POST', '/logs/_search', input),
});

const queryString = (ask: Ask): Target => ({
  words: luceneWords,
  async run(input) {
    const query = input.toString();
    const one = await ask('POST', '/logs/_search', JSON.stringify({ query: { query_string: { query } } }));
    const simple = { simple_query_string: { query, fields: ['message'] } };
    return `${one} ${await ask('POST', '/logs/_search', JSON.stringify({ query: simple }))}`;
  },
});

const bulk = (ask: Ask): Target => ({
  words: actionWords,
  run: (input) => ask('POST', '/b/_bulk', input, 'application/x-ndjson'),
});

/** A method and a path on the first line, the body after it. */
const requests = (ask: Ask): Target => ({
  words: requestWords,
  run(input) {
    const end = input.indexOf(10) === -1 ? input.length : input.indexOf(10);
    const [verb = '', path = ''] = input.toString('latin1', 0, end).split(' ', 2);
    const method = verbs.find((one) => one === verb) ?? 'GET';
    const url = `/${path.replace(/^\/+/, '').replace(/[^!-~]/g, '_')}`;
    if (!URL.canParse(url, 'http://localhost')) return 'no address';
    return ask(method, url, input.subarray(end + 1));
  },
});

export async function openStoreTargets(): Promise<{
  targets: Record<string, Target>;
  close(): Promise<void>;
}> {
  const { ask, fill, close } = await openStore();
  const targets = {
    'store-search': search(ask),
    'store-query-string': queryString(ask),
    'store-bulk': { ...bulk(ask), tidy: fill },
    'store-requests': { ...requests(ask), tidy: fill },
  };
  return { targets, close };
}
