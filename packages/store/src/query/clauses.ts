/** What Lucene's query syntax says, before anything is known of fields. */
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

export type Occurrence = 'must' | 'should' | 'mustNot';
export interface Member {
  clause: Clause;
  occurs: Occurrence;
}

export class SyntaxProblem extends Error {}

/** Parentheses deeper than this are somebody's attempt on the stack. */
export const deepest = 50;
/** What ends a bare word. */
export const special = new Set('+-!():^[]"{}~*?\\/&|<>= \t\n\r\u3000');
