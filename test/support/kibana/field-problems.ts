import { messageOf } from '../../../src/errors.ts';
import type { Query } from '../../../src/rules/kql/ast.ts';
import { parseQuery } from '../../../src/rules/kql/parser.ts';
import type { Field, Fields } from './fields.ts';

/** Nothing, or the one thing that is wrong with the use of a field. `fits` says what the use asks of it. */
export function fieldProblem(
  known: Fields | undefined,
  name: string,
  fits: (field: Field) => boolean = () => true,
): string[] {
  if (name === '___records___') return [];
  const field = known?.get(name);
  if (field === undefined) return [`no template has the field ${name}`];
  return fits(field) ? [] : [`the field ${name} (${field.type}) does not fit its use`];
}

const numbers = new Set(['long', 'double', 'float', 'integer']);
export const isNumber = ({ type }: Field) => numbers.has(type);
export const isDate = ({ type }: Field) => type === 'date';
export const isAggregatable = ({ aggregatable }: Field) => aggregatable;

/** A query that Kibana could not read, or that asks for a field that nothing has. */
export function queryProblems(known: Fields | undefined, query: string): string[] {
  if (query.trim() === '') return [];
  try {
    return [...fieldNames(parseQuery(query))].flatMap((name) => fieldProblem(known, name));
  } catch (error) {
    return [`the query ${query} cannot be read: ${messageOf(error)}`];
  }
}

/** Names of fields anywhere in a query; those with wildcards are nobody's in particular. */
function fieldNames(query: Query): Set<string> {
  switch (query.kind) {
    case 'and':
    case 'or':
      return new Set(query.of.flatMap((part) => [...fieldNames(part)]));
    case 'not':
    case 'nested':
      return fieldNames(query.of);
    case 'is':
    case 'range':
      return new Set(query.field?.parts.length === 1 ? query.field.parts : []);
    case 'all':
      return new Set();
  }
}
