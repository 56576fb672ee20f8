import { isLevelField, levelRank } from '../../util/levels.ts';
import { isAnything, literalOf, printQuery, type Query } from './ast.ts';
import { isFullText, numberOf } from './typed-fields.ts';

/** A part of a query about one field. */
interface Clause {
  field: string;
  /** The part as it is written. */
  text: string;
  /** Values of which the field must have one. Undefined: any. */
  values?: string[];
  low?: number;
  high?: number;
  /** The bound itself does not match. */
  open?: boolean;
  absent?: boolean;
}

/**
 * Why no event can match the query, in words; undefined where one can. It finds clauses of which one excludes the other. An
 * event with several values of a field may match both of two different values, and the words say so.
 */
export function contradictionIn(query: Query, prefix = ''): string | undefined {
  switch (query.kind) {
    case 'or': {
      const found = query.of.map((part) => contradictionIn(part, prefix));
      return found.every((words) => words !== undefined) ? found[0] : undefined;
    }
    case 'and':
      return inAll(partsOf(query), prefix);
    case 'nested':
      return contradictionIn(query.of, `${prefix}${literalOf(query.field) ?? '*'}.`);
    default:
      return undefined;
  }
}

/** The parts of a chain of `and`, also of chains within it. */
function partsOf(query: Query): Query[] {
  return query.kind === 'and' ? query.of.flatMap(partsOf) : [query];
}

function inAll(parts: Query[], prefix: string): string | undefined {
  const excluded = new Set(parts.flatMap((part) => (part.kind === 'not' ? [printQuery(part.of)] : [])));
  const both = parts.map(printQuery).find((text) => excluded.has(text));
  if (both !== undefined) return `it asks for \`${both}\` and excludes it`;
  const clauses = parts.flatMap((part) => clauseOf(part, prefix) ?? []);
  for (const [place, one] of clauses.entries())
    for (const other of clauses.slice(place + 1)) {
      if (one.field !== other.field) continue;
      if (one.absent !== other.absent) return `it asks for \`${one.text}\` and for \`${other.text}\``;
      if (excludes(one, other))
        return `no single value of ${one.field} is both \`${one.text}\` and \`${other.text}\``;
    }
  return parts.map((part) => contradictionIn(part, prefix)).find((words) => words !== undefined);
}

/** Undefined for a part that is about no one field, or that says nothing about its value. */
function clauseOf(query: Query, prefix: string): Clause | undefined {
  const text = printQuery(query);
  if (query.kind === 'not') {
    const { of } = query;
    if (of.kind !== 'is' || of.field === undefined || !isAnything(of.value)) return undefined;
    const name = literalOf(of.field);
    return name === undefined ? undefined : { field: prefix + name, text, absent: true };
  }
  if (query.kind === 'or') return anyOf(query, prefix, text);
  if (query.kind !== 'is' && query.kind !== 'range') return undefined;
  const name = query.field && literalOf(query.field);
  if (name === undefined) return undefined;
  const field = prefix + name;
  if (query.kind === 'range') return rangeOf(field, query.operator, literalOf(query.value), text);
  const literal = query.value.kind === 'text' ? literalOf(query.value) : undefined;
  if (literal === undefined || isFullText(field) || /\/\d+$/.test(literal)) return { field, text };
  return { field, text, values: [literal] };
}

/** `field: (a or b)`. */
function anyOf(query: Extract<Query, { kind: 'and' | 'or' }>, prefix: string, text: string) {
  const clauses = query.of.map((part) => clauseOf(part, prefix));
  const field = clauses[0]?.field;
  if (field === undefined || !clauses.every((clause) => clause?.field === field && clause.values))
    return undefined;
  return { field, text: `(${text})`, values: clauses.flatMap((clause) => clause!.values!) };
}

function rangeOf(field: string, operator: string, literal: string | undefined, text: string): Clause {
  const bound = literal === undefined ? undefined : amountOf(field, literal);
  if (bound === undefined) return { field, text };
  const open = !operator.endsWith('=');
  return operator.startsWith('>') ? { field, text, low: bound, open } : { field, text, high: bound, open };
}

/** A value as a number: levels by their severity. */
function amountOf(field: string, value: string): number | undefined {
  return isLevelField(field) ? levelRank(value) : numberOf(value);
}

function excludes(one: Clause, other: Clause): boolean {
  const [values, against] = one.values === undefined ? [other.values, one] : [one.values, other];
  if (values === undefined) return areApart(one, other);
  return !values.some((value) => fits(value, against));
}

function fits(value: string, { field, values, low, high, open }: Clause): boolean {
  const amount = amountOf(field, value);
  if (values !== undefined)
    return values.some(
      (other) => other === value || (amount !== undefined && amountOf(field, other) === amount),
    );
  if (amount === undefined) return true;
  if (low !== undefined && (open ? amount <= low : amount < low)) return false;
  return !(high !== undefined && (open ? amount >= high : amount > high));
}

function areApart(one: Clause, other: Clause): boolean {
  const low = one.low ?? other.low;
  const high = one.high ?? other.high;
  if (low === undefined || high === undefined) return false;
  return low > high || (low === high && (one.open === true || other.open === true));
}
