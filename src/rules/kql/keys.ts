import { literalOf, type Query, type Text } from './ast.ts';
import { isPlain } from './compile.ts';

/** A field, and the text that it has or that it is written as: `http.response.status_code : 500` is met by a number. */
export interface Key {
  field: string;
  value: string;
}

/**
 * What an event must fulfil for the query to match, as far as it can be looked up: at least one key of each list.
 * The query may ask for more; no list means that nothing is known. Only what is compared whole is a key: words of full
 * text, patterns, networks, dates and whatever is excluded is not.
 */
export function keysOf(query: Query, prefix = ''): Key[][] {
  switch (query.kind) {
    case 'and':
      return query.of.flatMap((part) => keysOf(part, prefix));
    case 'or':
      return anyOf(query.of.map((part) => keysOf(part, prefix)));
    case 'nested':
      return keysOf(query.of, `${prefix}${query.field.parts.join('*')}.`);
    case 'is':
      return query.value.kind === 'text' ? keyOf(query.field, prefix, query.value) : [];
    case 'all':
    case 'not':
    case 'range':
      return [];
  }
}

/** One of the parts holds, hence one key of a list of each. The shortest is taken of each part's lists. */
function anyOf(parts: Key[][][]): Key[][] {
  const shortest = parts.map((lists) => lists.toSorted((a, b) => a.length - b.length)[0]);
  return shortest.every((list) => list !== undefined) ? [shortest.flat()] : [];
}

function keyOf(field: Text | undefined, prefix: string, value: Text): Key[][] {
  const name = field && literalOf(field);
  if (name === undefined || prefix.includes('*') || !isPlain(prefix + name, value)) return [];
  return [[{ field: prefix + name, value: value.parts[0]! }]];
}
