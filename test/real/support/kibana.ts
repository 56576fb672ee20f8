import type { Operator, Query, Text } from '../../../src/rules/kql/ast.ts';
import { isAnything, literalOf } from '../../../src/rules/kql/ast.ts';
import { parseQuery } from '../../../src/rules/kql/parser.ts';

/** A field of a data view, as Kibana knows it. */
export interface ViewField {
  name: string;
  type: string;
}

type Dsl = Record<string, unknown>;

/**
 * KQL in the words of Elasticsearch, by the rules by which Kibana translates it (its `kbn-es-query`): nothing of it is
 * shared with what is tested but the parser.
 */
export function kibanaDsl(text: string, view: ViewField[]): Dsl {
  return translate(parseQuery(text), view, '');
}

function translate(query: Query, view: ViewField[], prefix: string): Dsl {
  switch (query.kind) {
    case 'all':
      return { match_all: {} };
    case 'and':
      return { bool: { filter: query.of.map((part) => translate(part, view, prefix)) } };
    case 'or':
      return anyOf(query.of.map((part) => translate(part, view, prefix)));
    case 'not':
      return { bool: { must_not: translate(query.of, view, prefix) } };
    case 'nested':
      return translate(query.of, view, `${prefix}${shown(query.field)}.`);
    case 'range':
      return anyOf(
        fieldsOf(query.field, view, prefix).map(({ name }) => ({
          range: { [name]: { [bounds[query.operator]]: query.value.parts[0] } },
        })),
      );
    case 'is':
      if (query.value.kind === 'regex') throw new Error('Kibana knows no patterns');
      return query.field ? isIn(query.field, query.value, view, prefix) : isAnywhere(query.value);
  }
}

const bounds: Record<Operator, string> = { '>': 'gt', '>=': 'gte', '<': 'lt', '<=': 'lte' };

const anyOf = (should: Dsl[]): Dsl => ({ bool: { should, minimum_should_match: 1 } });

function isAnywhere(value: Text): Dsl {
  const literal = literalOf(value);
  if (literal === undefined) return { query_string: { query: queryString(value) } };
  return { multi_match: { type: value.quoted ? 'phrase' : 'best_fields', query: literal, lenient: true } };
}

function isIn(field: Text, value: Text, view: ViewField[], prefix: string): Dsl {
  const exists = isAnything(value);
  if (exists && isAnything(field)) return { match_all: {} };
  return anyOf(fieldsOf(field, view, prefix).map((one) => isInOne(one, value, exists)));
}

function isInOne({ name, type }: ViewField, value: Text, exists: boolean): Dsl {
  if (exists) return { exists: { field: name } };
  const literal = literalOf(value);
  const isKeyword = type === 'keyword';
  if (literal === undefined) {
    const query = queryString(value);
    return isKeyword
      ? { wildcard: { [name]: { value: query } } }
      : { query_string: { fields: [name], query } };
  }
  if (type === 'date') return { range: { [name]: { gte: literal, lte: literal } } };
  if (isKeyword) return { term: { [name]: { value: literal } } };
  return { [value.quoted ? 'match_phrase' : 'match']: { [name]: literal } };
}

/** Those of the data view that the name or its wildcards mean; the name itself where there are none. */
function fieldsOf(field: Text, view: ViewField[], prefix: string): ViewField[] {
  const pieces = (prefix + shown(field))
    .split('*')
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  const shape = new RegExp(`^${pieces.join('.*')}$`);
  const found = view.filter(({ name }) => shape.test(name));
  return found.length > 0 ? found : [{ name: prefix + shown(field), type: '' }];
}

const shown = ({ parts }: Text) => parts.join('*');

const queryString = ({ parts }: Text) =>
  parts.map((part) => part.replace(/[+\-=&|><!(){}[\]^"~*?:\\/]/g, '\\$&')).join('*');
