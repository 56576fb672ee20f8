import type { JsonObject } from '../../src/json.ts';
import { hostile } from './fixture.ts';

/** The access log's documents, in the data stream that logboom writes them to. */
export const access = 'logs-apache.access-default';

/** One request of the comparison between the embedded store and Elasticsearch. */
export interface ComparedRequest {
  method: string;
  path: string;
  body?: unknown;
  /** Members of the answer that the two are allowed to differ in. */
  except?: string[];
}

export const search = (index: string, body: JsonObject, parameters = ''): ComparedRequest => ({
  method: 'POST',
  path: `/${index}/_search${parameters}`,
  body,
});

export const get = (path: string): ComparedRequest => ({ method: 'GET', path });

/** A query, with the order of its hits and their scores. */
export const asked = (query: JsonObject): ComparedRequest =>
  search(hostile, { query, size: 50, _source: false });

/** Aggregations alone. */
export const aggregated = (index: string, aggregation: JsonObject, query?: JsonObject): ComparedRequest =>
  search(index, { size: 0, aggs: { a: aggregation }, ...(query && { query }) });

/** For requests whose scores are documented as different; the order of their hits is not. */
export const scores = ['_score', 'max_score'];

export const request = (method: string, path: string, body?: unknown): ComparedRequest => ({
  method,
  path,
  ...(body !== undefined && { body }),
});
/** Lines of a bulk or a multi-search. */
export const lines = (method: string, path: string, ...all: unknown[]): ComparedRequest =>
  request(
    method,
    path,
    all.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''),
  );
