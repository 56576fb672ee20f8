import { createHash } from 'node:crypto';

type Json = unknown;
type JsonObject = Record<string, Json>;

/** Values that a server adds by itself, and values that are defaults. */
const additions: Record<string, (value: Json) => boolean> = {
  enabled: (value) => String(value) === 'true',
  hidden: (value) => String(value) === 'false',
  allow_custom_routing: (value) => String(value) === 'false',
  timestamp_field: () => true,
  delete_searchable_snapshot: (value) => String(value) === 'true',
  min_age: (value) => value === '0ms',
  created_date: () => true,
  created_date_millis: () => true,
  modified_date: () => true,
  modified_date_millis: () => true,
  version: () => true,
  _meta: () => true,
};

/**
 * A hash of a template's content, equal for what was sent and for what a server returns: servers write
 * settings nested and as text, add defaults, and keep keys in an order of their own. A component of ours has this in
 * its `_meta`; where the content has another hash, somebody changed it.
 */
export function contentOf(body: object): string {
  const { _meta: _, version: __, ...content } = body as JsonObject;
  return createHash('sha256')
    .update(JSON.stringify(normal(content)))
    .digest('hex')
    .slice(0, 16);
}

function normal(value: Json, key = ''): Json {
  if (Array.isArray(value)) return value.map((member) => normal(member));
  if (typeof value !== 'object' || value === null) return String(value);
  if (key === 'settings') return flat(value as JsonObject);
  // The fields of a mapping may have any name, so none of them is taken for an addition of the server.
  const isFields = key === 'properties';
  const members = Object.entries(value)
    .filter(([name, member]) => member !== null && (isFields || !additions[name]?.(member)))
    .map(([name, member]) => [name, normal(member, isFields ? '' : name)] as const)
    .filter(([name, member]) => isFields || kept(name, member))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members);
}

/** Keys whose value may be an empty object and still has a meaning: data streams and deletion. */
const significantIfEmpty = new Set(['data_stream', 'lifecycle', 'delete']);

function kept(name: string, member: Json): boolean {
  return (
    significantIfEmpty.has(name) || typeof member !== 'object' || Object.keys(member as object).length > 0
  );
}

/** `{index: {codec: 'x'}}`, `{codec: 'x'}` and `{'index.codec': 'x'}` are the same. */
function flat(settings: JsonObject): JsonObject {
  const result: Array<[string, Json]> = [];
  const visit = (value: Json, path: string) => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      for (const [key, member] of Object.entries(value)) visit(member, path === '' ? key : `${path}.${key}`);
    else if (value !== null)
      result.push([
        path.startsWith('index.') ? path : `index.${path}`,
        Array.isArray(value) ? value.map(String) : String(value),
      ]);
  };
  visit(settings, '');
  return Object.fromEntries(result.sort(([a], [b]) => (a < b ? -1 : 1)));
}
