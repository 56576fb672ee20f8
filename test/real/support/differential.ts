import type { ComparedRequest } from '../../../packages/store/test/requests/request.ts';

type Plain = Record<string, unknown>;

export interface Answered {
  status: number;
  body: unknown;
}

/** What a server says of itself and of the moment: no answer to what was asked. */
const ownMatters = new Set(
  'ignored_field_values took ingest_took _shards _seq_no _primary_term pit_id _scroll_id scroll_id forced_refresh root_cause failed_shards grouped phase build_hash total_shards'.split(
    ' ',
  ),
);
/** Elasticsearch estimates these; the store counts. */
const estimated = ['doc_count_error_upper_bound'];

export async function ask(url: string, { method, path, body }: ComparedRequest): Promise<Answered> {
  const isText = typeof body === 'string';
  const type = isText && /_bulk|_msearch/.test(path) ? 'application/x-ndjson' : 'application/json';
  const response = await fetch(url + path, {
    method,
    headers: body === undefined ? {} : { 'content-type': type },
    ...(body !== undefined && { body: isText ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: jsonOf(text) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** An error is told by its type; the words are everyone's own. */
function errorOf(error: Plain | string): unknown {
  if (typeof error === 'string') return 'an error in words';
  const failure = (error.root_cause as Plain[] | undefined)?.[0] ?? error;
  return { type: failure.type };
}

function comparable(value: unknown, except: string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => comparable(item, except));
  if (typeof value === 'string') return value.replace(/\.ds-([\w.-]+)-\d{4}\.\d\d\.\d\d-/g, '.ds-$1-DAY-');
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, member]): [string, unknown][] => {
    if (ownMatters.has(key) || estimated.includes(key) || except.includes(key)) return [];
    if (key === 'error') return [[key, errorOf(member as Plain)]];
    return [[String(comparable(key, except)), comparable(member, except)]];
  });
  return Object.fromEntries(entries);
}

/** Sums and scores come out of floats added in another order. */
const isNear = (a: number, b: number) =>
  a === b || Math.abs(a - b) <= 5e-6 * Math.max(Math.abs(a), Math.abs(b));

function differences(place: string, real: unknown, store: unknown): string[] {
  if (typeof real === 'number' && typeof store === 'number' && isNear(real, store)) return [];
  if (Array.isArray(real) && Array.isArray(store) && real.length === store.length)
    return real.flatMap((item, at) => differences(`${place}.${at}`, item, store[at]));
  const bothObjects = [real, store].every(
    (one) => typeof one === 'object' && one !== null && !Array.isArray(one),
  );
  if (!bothObjects) return Object.is(real, store) ? [] : [`${place}: ${show(real)} ≠ ${show(store)}`];
  const [a, b] = [real as Plain, store as Plain];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
    differences(`${place}.${key}`, a[key], b[key]),
  );
}

const show = (value: unknown) => (JSON.stringify(value) ?? 'nothing').slice(0, 200);

/** Where the store's answer differs from Elasticsearch's; none where they agree. */
export function compare(request: ComparedRequest, real: Answered, store: Answered): string[] {
  const [a, b] = [real, store].map(({ body }) => comparable(body, request.except ?? []));
  const found = real.status === store.status ? [] : [`status: ${real.status} ≠ ${store.status}`];
  return [...found, ...differences('', a, b)];
}

/**
 * What the store says that it cannot do is a 400 of a name of its own, and so never a wrong answer; everything else
 * must be as in Elasticsearch.
 */
export function isRefusal({ status, body }: Answered): boolean {
  return status === 400 && JSON.stringify(body).includes('this store');
}

export function describeRequest({ method, path, body }: ComparedRequest): string {
  return `${method} ${path} ${body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)}`;
}
