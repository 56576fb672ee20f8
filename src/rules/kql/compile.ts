import type { Fields, FieldValue } from '../../model.ts';
import { isPresent } from '../../util/field-values.ts';
import { isLevelField } from '../../util/levels.ts';
import { isAnything, literalOf, type Query, type Text, type Value } from './ast.ts';
import { isFullText, isPlain, type Match, matchRange, matchValue } from './match.ts';
import { parseQuery } from './parser.ts';
import { isAddressField, isDateField } from './typed-fields.ts';

export type Predicate = (fields: Fields) => boolean;

/** A query as a test of one event. Throws `KQL_SYNTAX` where the text is no query. */
export function compileQuery(text: string): Predicate {
  return compile(parseQuery(text), '');
}

/** `prefix` is the path of the nested query that `query` stands in, with its final dot. */
function compile(query: Query, prefix: string): Predicate {
  switch (query.kind) {
    case 'all':
      return () => true;
    case 'and':
      return every(query.of.map((part) => compile(part, prefix)));
    case 'or':
      return some(query.of.map((part) => compile(part, prefix)));
    case 'not': {
      const test = compile(query.of, prefix);
      return (fields) => !test(fields);
    }
    case 'nested':
      return compile(query.of, `${prefix}${query.field.parts.join('*')}.`);
    case 'is':
      return query.field ? isPredicate(query.field, prefix, query.value) : anyField(query.value);
    case 'range': {
      const { operator, value } = query;
      return onField(query.field, prefix, (field) => matchRange(field, operator, value.parts[0]!));
    }
  }
}

function every(tests: Predicate[]): Predicate {
  const [first, second] = tests as [Predicate, Predicate];
  if (tests.length === 2) return (fields) => first(fields) && second(fields);
  return (fields) => tests.every((test) => test(fields));
}

function some(tests: Predicate[]): Predicate {
  const [first, second] = tests as [Predicate, Predicate];
  if (tests.length === 2) return (fields) => first(fields) || second(fields);
  return (fields) => tests.some((test) => test(fields));
}

function isPredicate(field: Text, prefix: string, value: Value): Predicate {
  if (isAnything(field) && isAnything(value)) return () => true;
  const name = oneName(field, prefix);
  if (name !== undefined && isAnything(value)) return exists(name);
  if (name !== undefined && isPlain(name, value)) return equals(name, value);
  return onField(field, prefix, (one) => matchValue(one, value));
}

/** The commonest query by far costs one look and one comparison. */
function equals(name: string, value: Text): Predicate {
  const literal = value.parts[0]!;
  const match = matchValue(name, value);
  return (fields) => {
    const found = fields.get(name);
    return found === literal || (typeof found !== 'string' && matchesAny(found, match));
  };
}

/** An object exists by its leaves: `http : *` where only `http.version` is there. */
function exists(name: string): Predicate {
  return (fields) => {
    const value = fields.get(name);
    return isPresent(value) || (value === undefined && fields.has(name));
  };
}

/** The field's whole name where neither it nor its prefix has a wildcard. */
function oneName(field: Text, prefix: string): string | undefined {
  const name = literalOf(field);
  return name === undefined || prefix.includes('*') ? undefined : prefix + name;
}

function onField(field: Text, prefix: string, matchFor: (field: string) => Match): Predicate {
  const name = oneName(field, prefix);
  if (name !== undefined) {
    const match = matchFor(name);
    return (fields) => matchesAny(fields.get(name), match);
  }
  return onNames(prefix + field.parts.join('*'), matchFor);
}

/** A value without a field: the message, where it mostly is, and then every other field. */
function anyField(value: Value): Predicate {
  if (isAnything(value)) return () => true;
  const inMessage = matchValue('message', value);
  const elsewhere = onNames('*', (field) => matchValue(field, value));
  return (fields) => matchesAny(fields.get('message'), inMessage) || elsewhere(fields);
}

/** Fields whose values are compared alike share a match, so that a stranger's field names fill no memory. */
function onNames(pattern: string, matchFor: (field: string) => Match): Predicate {
  const matches = new Map<string, Match>();
  const matchOf = (name: string) => {
    const kind = kindOf(name);
    const known = matches.get(kind);
    if (known) return known;
    const match = matchFor(kind);
    matches.set(kind, match);
    return match;
  };
  return (fields) => fields.names(pattern).some((name) => matchesAny(fields.get(name), matchOf(name)));
}

/** A field's name that stands for all whose values are compared like its own. */
function kindOf(name: string): string {
  if (isFullText(name)) return 'message';
  if (isDateField(name)) return '@timestamp';
  if (isAddressField(name)) return 'ip';
  return isLevelField(name) ? name : '';
}

/** True where the value, or one of several, matches. A missing field matches nothing. */
function matchesAny(value: FieldValue, match: Match): boolean {
  if (value === undefined) return false;
  return Array.isArray(value) ? value.some(match) : match(value);
}
