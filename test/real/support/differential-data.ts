import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStore } from '@logboom/store';
import { hostile, hostileDocuments, hostileMapping } from '../../../packages/store/test/requests/fixture.ts';
import { access } from '../../../packages/store/test/requests/request.ts';
import { events } from '../../../src/sinks/elasticsearch/setup/templates/own.ts';
import { mappingsBody } from '../../../src/sinks/elasticsearch/setup/templates/template.ts';
import { readAccess } from '../../parsers/access-fields.ts';
import { accessLines } from './access-lines.ts';
import { ask } from './differential.ts';
import { type ElasticsearchMajor, startElasticsearch } from './elasticsearch.ts';

/** The access log's documents as logboom makes them, and where each line began. */
function accessBulk(): string {
  const documents = accessLines().map(({ message, offset }): string => {
    const document = JSON.parse(readAccess(message).document());
    return JSON.stringify({ ...document, log: { ...document.log, offset } });
  });
  return documents
    .map((document, at) => `{"create":{"_index":"${access}","_id":"line-${at}"}}\n${document}\n`)
    .join('');
}

const hostileBulk = () =>
  hostileDocuments
    .map(
      ([_id, document]) =>
        `${JSON.stringify({ index: { _index: hostile, _id } })}\n${JSON.stringify(document)}\n`,
    )
    .join('');

async function must(url: string, method: string, path: string, body?: unknown): Promise<void> {
  const answer = await ask(url, { method, path, body });
  const failed = (answer.body as { errors?: boolean }).errors !== false && /_bulk/.test(path);
  if (answer.status > 299 || failed)
    throw new Error(`${path}: ${JSON.stringify(answer.body).slice(0, 2_000)}`);
}

/** Gives an empty server the events' template, above its own one, and the same documents, in the same order and in one segment. */
export async function fill(url: string): Promise<void> {
  const where = { index_patterns: ['logs-apache.access-*'], priority: 500, data_stream: {} };
  const template = { ...where, ...mappingsBody(events) };
  await must(url, 'PUT', '/_index_template/compared', template);
  await must(url, 'PUT', `/${hostile}`, { ...hostileMapping, settings: { number_of_replicas: 0 } });
  await must(url, 'POST', '/_bulk?refresh=true', hostileBulk());
  await must(url, 'POST', '/_bulk?refresh=true', accessBulk());
  await must(url, 'POST', `/${hostile},${access}/_forcemerge?max_num_segments=1`);
}

/** Addresses of the two, filled alike. */
export interface BothStores {
  real: string;
  store: string;
  stop(): Promise<void>;
}

export async function startBoth(major: ElasticsearchMajor): Promise<BothStores> {
  const real = await startElasticsearch(major);
  const folder = await mkdtemp(join(tmpdir(), 'logboom-differential-'));
  const store = await startStore({
    folder,
    config: {
      host: '127.0.0.1',
      port: 0,
      keepAge: Number.MAX_SAFE_INTEGER,
      keepSize: Number.MAX_SAFE_INTEGER,
    },
  });
  await Promise.all([fill(real.url), fill(store.url)]);
  return {
    real: real.url,
    store: store.url,
    async stop() {
      await Promise.all([real.stop(), store.stop()]);
      await rm(folder, { recursive: true });
    },
  };
}
