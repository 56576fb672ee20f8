import { glob } from '@logboom/common';
import { LogboomError } from '../../errors.ts';
import type { Fields, FieldValue, Scalar } from '../../model.ts';
import { isLevelField, isPresent, levelRank, ranksNamed } from '../../util/levels.ts';
import {
  isAnything,
  literalOf,
  type Operator,
  type Query,
  type Regex,
  type Text,
  type Value,
} from './ast.ts';
import { parseQuery } from './parser.ts';
import { anyWord, anyWordLike, bounded, patternTest, phrase } from './text.ts';
import {
  addressOrder,
  isAddressField,
  isDateField,
  isFullText,
  type Match,
  numberOf,
  readDate,
  specialValue,
  timeOf,
} from './typed-fields.ts';

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

/** True where a text that is the value must be the very same. */
export function isPlain(field: string, value: Value): value is Text {
  if (value.kind === 'regex' || value.parts.length > 1) return false;
  return !isFullText(field) && !isLevelField(field) && specialValue(field, value.parts[0]!) === undefined;
}

/** `field: value`. */
export function matchValue(field: string, value: Value): Match {
  if (isAnything(value)) return (found) => found !== null;
  if (isLevelField(field)) return levelMatch(value);
  if (value.kind === 'regex') return matchText(regex(value));
  if (isFullText(field)) return matchText(bounded(fullText(value)));
  const literal = literalOf(value);
  if (literal === undefined) return matchText(glob(value.parts));
  return specialValue(field, literal) ?? plainValue(literal);
}

/** A level matches by its severity, whatever its name and case; wildcards and patterns match any name of the level. */
function levelMatch(value: Value): Match {
  const literal = value.kind === 'text' ? literalOf(value) : undefined;
  const rank = literal === undefined ? undefined : levelRank(literal);
  if (rank !== undefined) return matchText((text) => levelRank(text) === rank);
  const matches = levelText(value);
  const named = ranksNamed(matches);
  return matchText((text) => named.has(levelRank(text) ?? -1) || matches(text));
}

function levelText(value: Value): (text: string) => boolean {
  if (value.kind === 'regex') return regex(value);
  const matches = glob(value.parts.map((part) => part.toLowerCase()));
  return (text) => matches(text.toLowerCase());
}

function fullText(value: Text): (text: string) => boolean {
  if (value.quoted) return phrase(value.parts[0]!);
  const literal = literalOf(value);
  return literal === undefined ? anyWordLike(value.parts) : anyWord(literal);
}

function plainValue(literal: string): Match {
  const number = numberOf(literal);
  return (found) =>
    found === literal ||
    (typeof found === 'number' ? found === number : typeof found === 'boolean' && String(found) === literal);
}

/** Numbers and booleans are seen as they are written. */
function matchText(matches: (text: string) => boolean): Match {
  return (found) => found !== null && matches(typeof found === 'string' ? found : String(found));
}

/** The parser refused what cannot be used; a query that was made otherwise may still hold such a pattern. */
function regex(value: Regex): (text: string) => boolean {
  const made = patternTest(value);
  if ('test' in made) return made.test;
  throw new LogboomError('KQL_SYNTAX', made.problem);
}

/** `field >= bound`: levels by severity, dates by time, addresses and numbers by size, other texts by the alphabet. */
export function matchRange(field: string, operator: Operator, bound: string): Match {
  if (isLevelField(field)) return ranked(operator, levelRank(bound)!, (found) => levelRank(String(found)));
  const date = isDateField(field) ? readDate(bound) : undefined;
  if (date) return ranked(operator, operator === '>' || operator === '<=' ? date.to : date.from, timeOf);
  const address = isAddressField(field) ? addressOrder(bound) : undefined;
  if (address !== undefined)
    return ranked(operator, address, (found) =>
      typeof found === 'string' ? addressOrder(found) : undefined,
    );
  const number = numberOf(bound);
  if (number !== undefined) return ranked(operator, number, measurable);
  return ranked(operator, bound, (found) => (typeof found === 'string' ? found : undefined));
}

function ranked<T extends number | string>(
  operator: Operator,
  bound: T,
  rankOf: (value: Scalar) => T | undefined,
): Match {
  const holds: Record<Operator, (rank: T) => boolean> = {
    '>': (rank) => rank > bound,
    '>=': (rank) => rank >= bound,
    '<': (rank) => rank < bound,
    '<=': (rank) => rank <= bound,
  };
  const test = holds[operator];
  return (value) => {
    const rank = rankOf(value);
    return rank !== undefined && test(rank);
  };
}

function measurable(value: Scalar): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? numberOf(value) : undefined;
}
