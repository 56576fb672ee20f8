import type { Searcher } from './searcher.ts';

interface ReportsRequest {
  name?: string | undefined;
  limit: number;
  offset: number;
}

/** Reports that were made, newest first: their documents. */
export async function findReports(
  searcher: Pick<Searcher, 'search'>,
  index: string,
  { name, limit, offset }: ReportsRequest,
) {
  const { total, hits, problems } = await searcher.search(index, {
    ...{ size: limit, from: offset, track_total_hits: true },
    query: { bool: { filter: name === undefined ? [] : [{ term: { 'report.name': name } }] } },
    sort: [{ '@timestamp': { order: 'desc', unmapped_type: 'date' } }],
  });
  const next = offset + hits.length;
  return {
    ...{ total, reports: hits.map(({ _source }) => (_source as { report: object }).report), problems },
    ...(next < total && hits.length > 0 && { next }),
  };
}
