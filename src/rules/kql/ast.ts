/** What a query says, as Kibana's grammar groups it. `and` and `or` hold two parts or more. */
export type Query =
  | { kind: 'all' }
  | { kind: 'and' | 'or'; of: Query[] }
  | { kind: 'not'; of: Query }
  /** Without a field the value may be in any. */
  | { kind: 'is'; field: Text | undefined; value: Value }
  | { kind: 'range'; field: Text; operator: Operator; value: Text }
  /** `field:{ … }`: the names inside continue `field`. */
  | { kind: 'nested'; field: Text; of: Query };

export const operators = ['>=', '>', '<=', '<'] as const;
export type Operator = (typeof operators)[number];

/**
 * Text between wildcards: `a*b` is `['a', 'b']`, a text without wildcards is its only part. In quotes there are
 * no wildcards, and words of full text stand in that order.
 */
export interface Text {
  kind: 'text';
  parts: string[];
  quoted: boolean;
}

/** logboom's own: `/source/`, found anywhere in the value; `i` ignores case. */
export interface Regex {
  kind: 'regex';
  source: string;
  ignoreCase: boolean;
}

export type Value = Text | Regex;

/** The text where it has no wildcard. */
export function literalOf(text: Text): string | undefined {
  return text.parts.length === 1 ? text.parts[0] : undefined;
}

/** True for `*`, which any value matches. */
export function isAnything(value: Value): boolean {
  return value.kind === 'text' && value.parts.length > 1 && value.parts.every((part) => part === '');
}

/** Writes a query so that parsing it again gives the same query: what `check` and documents show. */
export function printQuery(query: Query): string {
  switch (query.kind) {
    case 'all':
      return '';
    case 'and':
    case 'or':
      return query.of.map((part) => printPart(part, query.kind)).join(` ${query.kind} `);
    case 'not':
      return `not ${isChain(query.of) ? `(${printQuery(query.of)})` : printQuery(query.of)}`;
    case 'is':
      return `${query.field ? `${printText(query.field)}: ` : ''}${printValue(query.value)}`;
    case 'range':
      return `${printText(query.field)} ${query.operator} ${printText(query.value)}`;
    case 'nested':
      return `${printText(query.field)}: { ${printQuery(query.of)} }`;
  }
}

/**
 * The fields that a query asks about, as often as it does. A name with a wildcard names no one field. `free` is the field that a
 * value without a name is looked for in, where that counts.
 */
export function fieldsIn(query: Query, free?: string, prefix = ''): string[] {
  switch (query.kind) {
    case 'all':
      return [];
    case 'and':
    case 'or':
      return query.of.flatMap((part) => fieldsIn(part, free, prefix));
    case 'not':
      return fieldsIn(query.of, free, prefix);
    case 'nested': {
      const name = literalOf(query.field);
      return name === undefined ? [] : fieldsIn(query.of, free, `${prefix}${name}.`);
    }
    default: {
      const name = query.field ? literalOf(query.field) : free;
      return name === undefined ? [] : [query.field ? prefix + name : name];
    }
  }
}

/** A chain within a chain of the same kind keeps its brackets too: they are how it was written. */
function printPart(part: Query, within: 'and' | 'or'): string {
  const bare = !isChain(part) || (within === 'or' && part.kind === 'and');
  return bare ? printQuery(part) : `(${printQuery(part)})`;
}

function isChain(query: Query): boolean {
  return query.kind === 'and' || query.kind === 'or';
}

function printValue(value: Value): string {
  if (value.kind === 'regex') return `/${value.source}/${value.ignoreCase ? 'i' : ''}`;
  return printText(value);
}

/** Text as it must be written to be read as exactly that. */
function printText(text: Text): string {
  if (text.quoted) return quote(text.parts[0]!);
  const written = text.parts.map(escapeSpecials).join('*');
  return written.replace(outerSpace, escapeSpace).replace(keywords, '$1\\$2').replace(leadingSlash, '\\/');
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

const keywords = /(^|\s)(and|or|not)(?=\s|$)/gi;
const leadingSlash = /^\//;
/** White space within a text is part of it as it stands; around it, only where a backslash says so. */
const outerSpace = /^\s+|\s+$/g;
const letters: Record<string, string> = { '\t': '\\t', '\r': '\\r', '\n': '\\n' };
const escapeSpace = (space: string) => space.replace(/\s/g, (one) => letters[one] ?? `\\${one}`);

function escapeSpecials(text: string): string {
  return text.replace(/[\\():<>"*{}]/g, '\\$&');
}
