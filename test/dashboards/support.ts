import { type RunningStore, startStore } from '@logboom/store';
import { onTestFinished } from 'vitest';
import { elasticsearch } from '../../src/config/schema/outputs.ts';
import type { AlertRow } from '../../src/dashboards/model.ts';
import type { OpenAlerts } from '../../src/dashboards/search/alerts.ts';
import { type Searcher, searcherOf } from '../../src/dashboards/search/searcher.ts';
import { aFolder } from '../support/folder.ts';

export interface Stored {
  store: RunningStore;
  searcher: Searcher;
  /** Makes an index of others, with mappings of its own. */
  map(index: string, mappings: object): Promise<void>;
  /** Writes documents, each under an id of its own, and waits until they are found. */
  put(index: string, ...documents: ({ id?: string } & Record<string, unknown>)[]): Promise<void>;
}

/** A real embedded store that ends with the test, and a searcher of it. */
export async function aStore(): Promise<Stored> {
  const config = { host: '127.0.0.1', port: 0, keepAge: 365 * 86_400_000, keepSize: 1e9 };
  const store = await startStore({ folder: aFolder(), config });
  onTestFinished(() => store.stop());
  const settings = elasticsearch.parse({ hosts: [store.url] });
  const searcher = searcherOf(() => settings);
  onTestFinished(() => searcher.close());
  return {
    store,
    searcher,
    async map(index, mappings) {
      const response = await fetch(`${store.url}/${index}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ mappings }),
      });
      if (!response.ok) throw new Error(await response.text());
    },
    async put(index, ...documents) {
      const lines = documents.flatMap(({ id, ...document }) => [
        JSON.stringify({ create: { _index: index, ...(id !== undefined && { _id: id }) } }),
        JSON.stringify(document),
      ]);
      const response = await fetch(`${store.url}/_bulk?refresh=true`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: `${lines.join('\n')}\n`,
      });
      const answer = (await response.json()) as { errors: boolean };
      if (answer.errors !== false) throw new Error(JSON.stringify(answer));
    },
  };
}

/** Open alerts, as the server knows them. */
export const openOf = (rows: readonly AlertRow[]): OpenAlerts => ({
  size: () => rows.length,
  list: () => rows,
  row: (id) => rows.find((row) => row.id === id),
});

/** An event of an access log as logboom stores it. */
export function request(at: number, path: string, status: number, more: Record<string, unknown> = {}) {
  return {
    '@timestamp': new Date(at).toISOString(),
    message: `GET ${path} ${status}`,
    url: { path },
    http: { response: { status_code: status, body: { bytes: 100 } } },
    source: { address: '192.0.2.1' },
    host: { name: 'web-1' },
    ...more,
  };
}
