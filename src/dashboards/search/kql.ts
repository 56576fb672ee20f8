import { LogboomError } from '../../errors.ts';
import { isAnything, literalOf, type Query, type Text } from '../../rules/kql/ast.ts';
import { kibanaQuery } from '../../rules/kql/kibana.ts';
import { parseQuery } from '../../rules/kql/parser.ts';

/** A query of Elasticsearch's search API. */
export type Dsl = Record<string, unknown>;

/**
 * A KQL query as a query of Elasticsearch. Levels match in their order, as in rules. Throws `KQL_SYNTAX` where the text is no query,
 * and `USAGE` for a pattern between slashes, which Elasticsearch would match in another way than rules do.
 */
export function searchQuery(text: string): Dsl {
  if (hasPattern(parseQuery(text)))
    throw new LogboomError(
      'USAGE',
      'A search takes no pattern between slashes; search for words, or with `*`, as in `message: *timeout*`.',
    );
  return translate(parseQuery(kibanaQuery(text)), '');
}

function hasPattern(query: Query): boolean {
  if (query.kind === 'is') return query.value.kind === 'regex';
  if (query.kind === 'and' || query.kind === 'or') return query.of.some(hasPattern);
  return query.kind === 'not' || query.kind === 'nested' ? hasPattern(query.of) : false;
}

/** `prefix` is the path of the nested query that `query` stands in, with its final dot. */
function translate(query: Query, prefix: string): Dsl {
  switch (query.kind) {
    case 'all':
      return { match_all: {} };
    case 'and':
      return { bool: { filter: query.of.map((part) => translate(part, prefix)) } };
    case 'or':
      return {
        bool: { should: query.of.map((part) => translate(part, prefix)), minimum_should_match: 1 },
      };
    case 'not':
      return { bool: { must_not: [translate(query.of, prefix)] } };
    case 'nested':
      return translate(query.of, `${prefix}${nameOf(query.field)}.`);
    case 'is':
      return query.value.kind === 'regex'
        ? { match_all: {} }
        : matching(query.field && prefix + nameOf(query.field), query.value);
    case 'range':
      return {
        range: { [prefix + nameOf(query.field)]: { [bounds[query.operator]]: query.value.parts[0] } },
      };
  }
}

const bounds = { '>': 'gt', '>=': 'gte', '<': 'lt', '<=': 'lte' } as const;

function matching(field: string | undefined, value: Text): Dsl {
  if (isAnything(value)) return existing(field);
  const literal = literalOf(value);
  if (literal === undefined) return wild(field, value);
  if (field === undefined || field.includes('*')) {
    const fields = field === undefined ? {} : { fields: [field] };
    return {
      multi_match: { query: literal, ...fields, lenient: true, ...(value.quoted && { type: 'phrase' }) },
    };
  }
  return value.quoted ? { match_phrase: { [field]: literal } } : { match: { [field]: literal } };
}

function existing(field: string | undefined): Dsl {
  return field === undefined || field === '*' ? { match_all: {} } : { exists: { field } };
}

function wild(field: string | undefined, { parts }: Text): Dsl {
  const query = parts.map(escaped).join('*');
  const fields = field === undefined ? {} : { fields: [field] };
  return { query_string: { query, ...fields, analyze_wildcard: true, lenient: true } };
}

/** Characters that a query string gives a meaning; `<` and `>` cannot be escaped there, so any character stands for them. */
const escaped = (text: string) =>
  text
    .replace(/[-+=&|!(){}[\]^"~*?:\\/\s]/g, '\\$&')
    .replace(/[<>]/g, '?')
    .replace(/\b(AND|OR|NOT)\b/g, '\\$1');

const nameOf = ({ parts }: Text) => parts.join('*');
