import { performance } from 'node:perf_hooks';
import { isObject, type JsonObject, parseJson } from '../json.ts';
import { parseSearch } from '../search/request.ts';
import type { Parameters } from '../search/source-filter.ts';
import { SearchEnded } from '../search/turns.ts';
import { errorBody, illegalArgument, parsingError, StoreError } from '../store-error.ts';
import { linesOf } from './bulk-body.ts';
import type { Answer, StoreRequest } from './routing.ts';
import { run, type Searching } from './searching.ts';

/**
 * `_msearch`: searches one by one, each of which succeeds or fails by itself. The rest is dropped when the client is gone.
 */
export async function multiSearch(
  searching: Searching,
  { body, path, parameters, isGone }: StoreRequest,
): Promise<Answer> {
  const started = performance.now();
  const lines = linesOf(body).filter((line, at) => line.length > 0 || at % 2 === 0);
  if (lines.length === 0)
    throw new StoreError(400, 'parse_exception', 'request body or source parameter is required');
  // All searches are parsed before the first runs: a malformed one refuses the whole request.
  const searches = Array.from({ length: lines.length >> 1 }, (_, at) =>
    readSearch(lines[2 * at]!, lines[2 * at + 1]!, path.index, parameters),
  );
  const responses: unknown[] = [];
  for (const { index, body: search, own } of searches) {
    try {
      responses.push({ ...(await run(searching, search, index, own, isGone)), status: 200 });
    } catch (error) {
      if (!(error instanceof StoreError) || error instanceof SearchEnded) throw error;
      responses.push(errorBody(error));
    }
  }
  return { body: { took: Math.round(performance.now() - started), responses } };
}

/** Members of a header line of `_msearch`. */
const headerKeys =
  'index indices type preference routing search_type request_cache ignore_unavailable allow_no_indices expand_wildcards ignore_throttled ccs_minimize_roundtrips allow_partial_search_results'.split(
    ' ',
  );

/** Parses a header line and a body line of `_msearch`. */
function readSearch(head: Buffer, line: Buffer, index: string | undefined, parameters: Parameters) {
  try {
    const header = head.length === 0 ? {} : (parseJson(head) as JsonObject);
    const unknown = Object.keys(header).find((key) => !headerKeys.includes(key));
    if (unknown) throw illegalArgument(`key [${unknown}] is not supported in the metadata section`);
    const body = parseJson(line);
    if (!isObject(body)) throw parsingError('Expected [START_OBJECT]');
    const entries = Object.entries(header).map(([key, value]) => [key, [value].flat().join(',')]);
    const own: Parameters = { ...parameters, ...Object.fromEntries(entries) };
    parseSearch(body, own);
    return { index: own.index ?? index, body, own };
  } catch (error) {
    if (error instanceof SyntaxError) throw parsingError(`Failed to parse msearch: ${error.message}`);
    throw error;
  }
}
