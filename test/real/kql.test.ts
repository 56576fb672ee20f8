import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { elasticsearch, indexing } from '../../src/config/schema/outputs.ts';
import { kibanaQuery } from '../../src/rules/kql/kibana.ts';
import { createClient } from '../../src/sinks/elasticsearch/client/client.ts';
import { setUp } from '../../src/sinks/elasticsearch/setup/setup.ts';
import { documents, tables } from '../rules/kql/cases.ts';
import { kibanaDsl, type ViewField } from './support/kibana.ts';
import { type RealElasticsearch, startElasticsearch } from './support/peers.ts';

const index = 'logs-kql-default';
let server: RealElasticsearch;
let view: ViewField[];

beforeAll(async () => {
  server = await startElasticsearch('8');
  const client = createClient(elasticsearch.parse({ hosts: [server.url] }));
  await setUp(client, indexing.parse({}));
  await client.close();
  for (const [id, document] of Object.entries(documents)) {
    const { status, body } = await server.request('PUT', `/${index}/_create/${id}`, document);
    expect([status, body.error]).toEqual([201, undefined]);
  }
  await server.request('POST', `/${index}/_refresh`);
  const { body } = await server.request('GET', `/${index}/_field_caps?fields=*`);
  const caps = Object.entries(body.fields as Record<string, Record<string, { metadata_field: boolean }>>);
  view = caps.flatMap(([name, types]) => {
    const [type, { metadata_field: isOwn }] = Object.entries(types)[0]!;
    return isOwn || type === 'object' ? [] : [{ name, type }];
  });
});
afterAll(() => server?.stop());

async function hits(query: string): Promise<string> {
  const { status, body } = await server.request('POST', `/${index}/_search`, {
    query: kibanaDsl(query, view),
  });
  if (status === 400) return 'refused';
  expect(status).toBe(200);
  return body.hits.hits
    .map(({ _id }: { _id: string }) => _id)
    .sort()
    .join('');
}

const isOwn = (subject: string) => subject.includes('logboom’s own');

describe.each(Object.entries(tables).filter(([subject]) => !isOwn(subject)))(
  'as Kibana asks it: %s',
  (_, rows) => {
    it.each(rows)('%s → %s', async (query, expected, elsewhere) => {
      expect(await hits(query)).toBe(elsewhere?.hits ?? expected);
    });
  },
);

describe.each(Object.entries(tables).filter(([subject]) => isOwn(subject)))(
  'a link to Discover: %s',
  (subject, rows) => {
    it.each(rows)('%s shows all of %s', async (query, expected, elsewhere) => {
      const shown = await hits(kibanaQuery(query));
      if (subject.startsWith('levels')) expect(shown).toBe(elsewhere?.hits ?? expected);
      else expect([...expected].filter((letter) => !shown.includes(letter))).toEqual([]);
    });
  },
);
