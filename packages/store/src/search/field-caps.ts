import { type Json, wildcard } from '../json.ts';
import { StoreError } from '../store-error.ts';
import type { SearchTarget } from './run.ts';

/** What a name means in some indices, as `_field_caps` shows it. */
interface Capability {
  type: string;
  metadata_field: boolean;
  searchable: boolean;
  aggregatable: boolean;
  indices: string[];
  /** Indices in which it is not, where it is in others. */
  non_searchable_indices?: string[];
  non_aggregatable_indices?: string[];
}

/** What a name is in one index. */
type Own = Pick<Capability, 'type' | 'metadata_field' | 'searchable' | 'aggregatable'>;

/** Metadata fields: name, type, searchable, aggregatable. */
const metadata: [string, string, boolean, boolean][] = [
  ['_id', '_id', true, false],
  ['_index', '_index', true, true],
  ['_source', '_source', false, false],
  ['_ignored', '_ignored', true, true],
];

/** The names of one index: metadata, fields, aliases and objects. */
function* fieldsOf({ index }: SearchTarget): Generator<[name: string, Own]> {
  for (const [name, type, searchable, aggregatable] of metadata)
    yield [name, { type, metadata_field: true, searchable, aggregatable }];
  const { mapping } = index.shard;
  const objects = new Set<string>();
  for (const field of [
    ...mapping.fields.values(),
    ...[...mapping.aliases().keys()].map((name) => ({ ...mapping.field(name)!, name })),
  ]) {
    const searchable = field.family !== 'stored' && field.options.searchable;
    const aggregatable = searchable && field.family !== 'text';
    const type =
      field.type === 'match_only_text'
        ? 'text'
        : ['wildcard', 'constant_keyword'].includes(field.type)
          ? 'keyword'
          : field.type;
    yield [field.name, { type, metadata_field: false, searchable, aggregatable }];
    const steps = field.source.split('.');
    for (let length = 1; length < steps.length; length++) objects.add(steps.slice(0, length).join('.'));
  }
  for (const name of objects)
    yield [
      name,
      {
        type: mapping.object(name)?.nested ? 'nested' : 'object',
        metadata_field: false,
        searchable: false,
        aggregatable: false,
      },
    ];
}

/**
 * The answer of `_field_caps`: for each name that a pattern matches, the types that it has.
 * `indices` is shown only where a name has several types. O(indices × fields × patterns).
 * @throws StoreError where no pattern is given.
 */
export function fieldCaps(targets: SearchTarget[], fields: Json | undefined, withUnmapped = false): unknown {
  const patterns = [fields ?? []]
    .flat()
    .flatMap((one) => String(one).split(','))
    .filter(Boolean);
  if (patterns.length === 0)
    throw new StoreError(
      400,
      'action_request_validation_exception',
      'Validation Failed: 1: no fields specified;',
    );
  const matchers = patterns.map(wildcard);
  const found = new Map<string, Map<string, Map<string, Own>>>();
  for (const target of targets)
    for (const [name, capability] of fieldsOf(target)) {
      const isObject = capability.type === 'object' || capability.type === 'nested';
      // The objects that contain a named field are listed with it.
      const isOnTheWay = isObject && patterns.some((pattern) => pattern.startsWith(`${name}.`));
      if (!isOnTheWay && !matchers.some((matcher) => matcher.test(name))) continue;
      const types = found.get(name) ?? new Map<string, Map<string, Own>>();
      const indices = types.get(capability.type) ?? new Map<string, Own>();
      types.set(capability.type, indices.set(target.index.record.name, capability));
      found.set(name, types);
    }
  const indices = targets.map(({ index }) => index.record.name);
  const shown = [...found].map(([name, types]) => {
    const all = [...types.values()].map(overall);
    return [name, shownTypes(withUnmapped ? [...all, ...unmapped(all, indices)] : all)];
  });
  return { indices, fields: Object.fromEntries(shown) };
}

/** What a name is in all indices that have it with one type. */
function overall(indices: Map<string, Own>): Capability {
  const [first] = indices.values();
  const without = (flag: 'searchable' | 'aggregatable') =>
    [...indices].filter(([, own]) => !own[flag]).map(([name]) => name);
  const [unsearchable, unaggregatable] = [without('searchable'), without('aggregatable')];
  const isSome = (names: string[]) => names.length > 0 && names.length < indices.size;
  return {
    ...first!,
    searchable: unsearchable.length === 0,
    aggregatable: unaggregatable.length === 0,
    indices: [...indices.keys()],
    ...(isSome(unsearchable) && { non_searchable_indices: unsearchable }),
    ...(isSome(unaggregatable) && { non_aggregatable_indices: unaggregatable }),
  };
}

/** The indices that lack a name which others have. */
function unmapped(types: Capability[], all: string[]): Capability[] {
  const mapped = new Set(types.flatMap(({ indices }) => indices));
  const indices = all.filter((name) => !mapped.has(name));
  const flags = { metadata_field: false, searchable: false, aggregatable: false };
  return indices.length > 0 ? [{ type: 'unmapped', ...flags, indices }] : [];
}

/** The types of one name, in the answer. */
function shownTypes(types: Capability[]) {
  const entries = types.map(({ indices, ...capability }) => [
    capability.type,
    types.length > 1 ? { ...capability, indices } : capability,
  ]);
  return Object.fromEntries(entries);
}
