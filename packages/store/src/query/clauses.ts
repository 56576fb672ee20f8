/**
 * The syntax tree of a query text, before anything is known of fields. `LuceneSyntax` and
 * `simpleSyntax` make it, `query-string.ts` turns it into matchers.
 *
 * - `all`: `*`
 * - `word`: text that the field's analyzer splits
 * - `phrase`: tokens in order, `slop` positions apart at the most
 * - `pattern`: wildcards `*` and `?`, with backslashes for literal ones
 * - `regexp`: a regular expression of Lucene's
 * - `range`: bounds as text, `*` for none; `lowOpen` and `highOpen` exclude the bound
 * - `group`: clauses combined as in a `bool` query
 *
 * `field` is undefined where the text names none.
 */
export type Clause =
  | { kind: 'all' }
  | { kind: 'word'; field: string | undefined; text: string; boost: number }
  | { kind: 'phrase'; field: string | undefined; text: string; slop: number; boost: number }
  | { kind: 'pattern'; field: string | undefined; text: string; boost: number }
  | { kind: 'regexp'; field: string | undefined; text: string; boost: number }
  | {
      kind: 'range';
      field: string | undefined;
      low: string;
      high: string;
      lowOpen: boolean;
      highOpen: boolean;
      boost: number;
    }
  | { kind: 'group'; members: Member[]; boost: number };

/** How a member counts in its group, as in Lucene's `BooleanClause.Occur`. */
export type Occurrence = 'must' | 'should' | 'mustNot';
/** A clause of a group. */
export interface Member {
  clause: Clause;
  occurs: Occurrence;
}

/**
 * The text breaks the syntax. The message follows Lucene's parser; callers wrap it in
 * Elasticsearch's error.
 */
export class SyntaxProblem extends Error {}

/** Nesting of parentheses. The parsers recurse, and query texts come from requests. */
export const maxNesting = 50;
/** Characters that end a word unless a backslash precedes them. */
export const special = new Set('+-!():^[]"{}~*?\\/&|<>= \t\n\r\u3000');
