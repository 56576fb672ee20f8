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
