import { glob } from '@logboom/common';
import { LogboomError } from '../../errors.ts';
import type { Scalar } from '../../model.ts';
import { isLevelField, levelRank, ranksNamed } from '../../util/levels.ts';
import { isAnything, literalOf, type Operator, type Regex, type Text, type Value } from './ast.ts';
import { bounded, patternTest } from './pattern.ts';
import { anyWord, anyWordLike, phrase } from './text.ts';
import { addressOrder, isAddressField, isDateField, network, readDate, timeOf } from './typed-fields.ts';

/** Whether one value of a field (an array is taken apart before) is what the query asks for. */
export type Match = (value: Scalar) => boolean;

/** Fields that Elasticsearch analyses into words; every other text is compared whole and with its case. */
export function isFullText(field: string): boolean {
  return field === 'message' || field === 'error.message' || field.endsWith('.text');
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

function specialValue(field: string, literal: string): Match | undefined {
  const within = isAddressField(field) ? network(literal) : undefined;
  if (within) return (found) => typeof found === 'string' && within(found);
  const date = isDateField(field) ? readDate(literal) : undefined;
  if (!date) return undefined;
  return (found) => {
    const time = timeOf(found);
    return time !== undefined && time >= date.from && time <= date.to;
  };
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

/** A text that is a decimal number, as a number. */
export function numberOf(text: string): number | undefined {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined;
}
