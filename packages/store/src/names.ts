import { type JsonObject, wildcard } from './json.ts';
import type { Catalog, IndexRecord } from './storage/catalog.ts';
import { illegalArgument, indexNotFound, StoreError } from './store-error.ts';

/** Throws Elasticsearch's error for a name. */
function invalid(name: string, why: string): never {
  throw new StoreError(400, 'invalid_index_name_exception', `Invalid index name [${name}], ${why}`, {
    index_uuid: '_na_',
    index: name,
  });
}

/**
 * The name, which an index may have.
 * @throws StoreError `invalid_index_name_exception`
 */
export function checkedName(name: string): string {
  if (name !== name.toLowerCase()) invalid(name, 'must be lowercase');
  if (/[\\/*?"<>| ,]/.test(name))
    invalid(name, `must not contain the following characters ['\\\\','/','*','?','"','<','>','|',' ',',']`);
  if (name.includes('#')) invalid(name, "must not contain '#'");
  if (name.includes(':')) invalid(name, "must not contain ':'");
  if (/^[_\-+]/.test(name)) invalid(name, "must not start with '_', '-', or '+'");
  if (name === '' || name === '.' || name === '..') invalid(name, "must not be '.' or '..'");
  if (Buffer.byteLength(name) > 255) invalid(name, 'index name is too long');
  return name;
}

/** How an expression of names is resolved. */
interface NameOptions {
  /** Whether a missing name is no error. */
  ignoreUnavailable: boolean;
  /** Whether a pattern, or the whole expression, may name nothing. */
  allowNoIndices: boolean;
  /** Whether patterns also match hidden indices. */
  hidden: boolean;
}

/**
 * Reads the parameters about names.
 * @throws StoreError
 */
export function nameOptions(query: Record<string, string | undefined>): NameOptions {
  const expand = (query.expand_wildcards ?? 'open').split(',');
  const unknown = expand.find((value) => !['open', 'closed', 'hidden', 'none', 'all'].includes(value));
  if (unknown) throw illegalArgument(`No valid expand wildcard value [${unknown}]`);
  return {
    ignoreUnavailable: query.ignore_unavailable === 'true' || query.ignore_unavailable === '',
    allowNoIndices: query.allow_no_indices !== 'false',
    hidden: expand.includes('hidden') || expand.includes('all'),
  };
}

/** Elasticsearch's defaults for searches. */
const defaults: NameOptions = { ignoreUnavailable: false, allowNoIndices: true, hidden: false };

/** Indices whose name starts with a dot or that are set to hidden. */
const isHidden = (record: IndexRecord) =>
  record.name.startsWith('.') || String((record.settings.index as JsonObject | undefined)?.hidden) === 'true';

/** Names that stand for several indices: data streams and aliases. O(indices). */
function groupsOf(catalog: Catalog): Map<string, Set<string>> {
  const groups = new Map<string, Set<string>>();
  for (const [name, stream] of catalog.all('stream')) groups.set(name, new Set(stream.indices));
  for (const [index, record] of catalog.all('index'))
    for (const alias of Object.keys(record.aliases))
      groups.set(alias, (groups.get(alias) ?? new Set()).add(index));
  return groups;
}

/** The indices that a pattern names, directly or through streams and aliases. */
function expandPattern(catalog: Catalog, pattern: string, hidden: boolean): string[] {
  const matcher = wildcard(pattern === '_all' ? '*' : pattern);
  const dotted = pattern.startsWith('.');
  const names = catalog
    .all('index')
    .filter(
      ([name, record]) => matcher.test(name) && (hidden || !isHidden(record) || (dotted && !record.stream)),
    )
    .map(([name]) => name);
  const grouped = [...groupsOf(catalog)]
    .filter(([name]) => matcher.test(name))
    .flatMap(([, members]) => [...members]);
  return [...names, ...grouped];
}

/**
 * The indices that an expression such as `logs-*,-logs-old*,alerts` names, sorted by name. Parts
 * apply from left to right; data streams stand for their backing indices. No expression, or `_all`,
 * names all.
 * @throws StoreError where a name is missing and the options do not allow it.
 */
export function resolve(catalog: Catalog, expression: string | undefined, options = defaults): IndexRecord[] {
  const found = new Set<string>();
  const parts = expression ? expression.split(',') : ['*'];
  for (const [place, part] of parts.entries()) {
    if (part.startsWith('-') && place > 0)
      for (const name of expandPattern(catalog, part.slice(1), true)) found.delete(name);
    else if (part === '_all' || part.includes('*')) addMatching(catalog, part, options, found);
    else addNamed(catalog, part, options, found);
  }
  if (found.size === 0 && !options.allowNoIndices) throw indexNotFound(expression ?? '_all');
  return [...found].sort().map((name) => catalog.get('index', name)!);
}

function addMatching(catalog: Catalog, pattern: string, options: NameOptions, found: Set<string>): void {
  const names = expandPattern(catalog, pattern, options.hidden);
  if (names.length === 0 && !options.allowNoIndices) throw indexNotFound(pattern);
  for (const name of names) found.add(name);
}

function addNamed(catalog: Catalog, name: string, options: NameOptions, found: Set<string>): void {
  const members = catalog.get('index', name) ? [name] : groupsOf(catalog).get(name);
  if (!members && name.startsWith('_'))
    throw new StoreError(
      400,
      'invalid_index_name_exception',
      `Invalid index name [${name}], must not start with '_'.`,
    );
  if (!members && !options.ignoreUnavailable) throw indexNotFound(name);
  for (const member of members ?? []) found.add(member);
}
