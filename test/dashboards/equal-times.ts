import { findContext, findLogs } from '../../src/dashboards/search/logs.ts';
import type { Searcher } from '../../src/dashboards/search/searcher.ts';

/** The time of all lines below. */
export const oneTime = Date.parse('2026-06-01T12:00:00Z');

export type Document = { id: string } & Record<string, unknown>;

/** A line of an access log whose times are whole seconds. */
export const fileLine = (number: number, path = '/a.log', more: object = {}): Document => ({
  ...{ id: `${path} ${number}`, message: `${path} ${number}`, '@timestamp': new Date(oneTime).toISOString() },
  ...{ host: { name: 'web-1' }, log: { file: { path, ...more }, offset: number * 100 } },
});

/** A line that came over the network, which has no place in a file. */
export const networkLine = (number: number): Document => ({
  ...{ id: `net ${number}`, message: `net ${number}`, '@timestamp': new Date(oneTime).toISOString() },
  ...{ host: { name: 'router' }, input: { type: 'syslog' } },
});

/** Numbers below `count`, each once, in an order far from their own. */
export const shuffled = (count: number): number[] =>
  Array.from({ length: count }, (_, at) => (at * 389) % count);

/** Mappings of `log.offset` in indices of others, by which no search can sort. */
export const foreignOffsets: [name: string, mapping: object][] = [
  ['keyword', { type: 'keyword' }],
  ['text', { type: 'text' }],
  ['address', { type: 'ip', ignore_malformed: true }],
  ['number that cannot be searched', { type: 'long', index: false, doc_values: false }],
];

/** Texts as keywords, and what is named. */
export const keywordsAnd = (properties: object) => ({
  dynamic_templates: [{ texts: { match_mapping_type: 'string', mapping: { type: 'keyword' } } }],
  properties,
});

/** Lines of one time, in two files. As text, the offset 1000 would come before 900. */
export const twoFiles = {
  own: [1, 2, 3].map((number) => fileLine(number)),
  foreign: [9, 10, 11].map((number) => fileLine(number, '/foreign.log')),
};

/** Messages of all pages, in the order in which they are shown. */
export async function pagesOf(searcher: Searcher, index: string, limit: number): Promise<string[]> {
  const span = { from: oneTime - 1_000, to: oneTime + 1_000, query: '' };
  const found: string[] = [];
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const { rows, next }: Awaited<ReturnType<typeof findLogs>> = await findLogs(searcher, index, {
      ...span,
      limit,
      offset,
    });
    found.push(...rows.map(({ message }) => message));
    offset = next;
  }
  return found;
}

/** Messages around a line, which itself stands in the middle. */
export async function around(searcher: Searcher, index: string, id: string, limit = 3): Promise<string[]> {
  const { before, line, after } = await findContext(searcher, index, { id, limit });
  return [...before, line, ...after].map(({ message }) => message);
}
