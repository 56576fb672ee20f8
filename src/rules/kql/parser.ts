import { inUnitOf } from '../../util/figures.ts';
import { isLevelField, levelRank } from '../../util/levels.ts';
import { type Operator, operators, type Query, type Regex, type Text, type Value } from './ast.ts';
import { syntaxError, type Token, tokenize } from './lexer.ts';
import { patternTest } from './text.ts';
import { isDateField, readDate } from './typed-fields.ts';

/** Deeper queries are refused, so that a hostile one cannot exhaust the stack. */
const maxDepth = 100;

/**
 * Reads Kibana's query language.
 *
 *     or     = and ("or" and)*            and = not ("and" not)*       not = "not" not | clause
 *     clause = "(" or ")" | field ":" "{" or "}" | field ":" values | field (">" | ">=" | "<" | "<=") text | value
 *     values = "(" values with and, or, not ")" | value
 *
 * Throws `KQL_SYNTAX` with the column and what was expected there. An empty query matches everything.
 */
export function parseQuery(query: string): Query {
  const parser = new Parser(query);
  return parser.whole();
}

type Clause = () => Query;

class Parser {
  readonly #query: string;
  readonly #tokens: Token[];
  #place = 0;
  #depth = 0;
  /** The path of the nested query that is being read, with its final dot. */
  #prefix = '';

  constructor(query: string) {
    this.#query = query;
    this.#tokens = tokenize(query);
  }

  whole(): Query {
    if (this.#ended()) return { kind: 'all' };
    const query = this.#or(this.#clause);
    if (!this.#ended()) this.#fail('"and", "or" or the end of the query');
    return query;
  }

  #or(clause: Clause): Query {
    return this.#chain('or', () => this.#chain('and', () => this.#not(clause)));
  }

  #chain(word: 'and' | 'or', part: Clause): Query {
    const of = [part()];
    while (this.#takeKeyword(word)) of.push(part());
    return of.length === 1 ? of[0]! : { kind: word, of };
  }

  #not(clause: Clause): Query {
    if (!this.#takeKeyword('not')) return clause();
    return this.#deeper(() => ({ kind: 'not', of: this.#not(clause) }));
  }

  readonly #clause: Clause = () => {
    if (this.#take('(')) return this.#bracketed(')', this.#clause);
    const value = this.#value('a field name, a value or "("');
    const field = value.kind === 'text' ? value : undefined;
    if (field && this.#take(':')) return this.#afterColon(field);
    const operator = field && operators.find((mark) => this.#take(mark));
    if (field && operator) return this.#range(field, operator);
    return { kind: 'is', field: undefined, value };
  };

  #afterColon(field: Text): Query {
    return this.#take('{') ? this.#nested(field) : this.#values(field);
  }

  #nested(field: Text): Query {
    const outside = this.#prefix;
    this.#prefix += `${nameOf(field)}.`;
    const of = this.#bracketed('}', this.#clause);
    this.#prefix = outside;
    return { kind: 'nested', field, of };
  }

  #values(field: Text): Query {
    const one: Clause = () => {
      if (this.#take('(')) return this.#bracketed(')', one);
      return { kind: 'is', field, value: this.#value(`a value for ${nameOf(field)}`) };
    };
    return one();
  }

  #range(field: Text, operator: Operator): Query {
    const { at } = this.#token;
    const value = this.#value(`a value after "${operator}"`);
    if (value.kind === 'regex' || value.parts.length > 1)
      throw syntaxError(
        this.#query,
        at,
        `a pattern has no order; expected a plain value after "${operator}"`,
      );
    const name = this.#prefix + nameOf(field);
    const problem = boundProblem(name, value.parts[0]!);
    if (problem !== undefined) throw syntaxError(this.#query, at, problem);
    const number = inUnitOf(name, value.parts[0]!);
    return { kind: 'range', field, operator, value: number === undefined ? value : plain(number) };
  }

  #bracketed(end: ')' | '}', clause: Clause): Query {
    return this.#deeper(() => {
      const query = this.#or(clause);
      if (!this.#take(end)) this.#fail(`"and", "or" or "${end}"`);
      return query;
    });
  }

  /** One value: a quoted text, a pattern, or all the words up to a mark or a keyword. */
  #value(expected: string): Value {
    const token = this.#token;
    if (token.kind === 'quoted') {
      this.#place++;
      return { kind: 'text', parts: [token.text], quoted: true };
    }
    if (token.kind === 'regex') {
      this.#place++;
      return this.#pattern({ kind: 'regex', source: token.source, ignoreCase: token.ignoreCase }, token.at);
    }
    if (token.kind !== 'word') this.#fail(expected);
    return this.#words();
  }

  /** Looked at here already, for only here its place in the query is known. */
  #pattern(value: Regex, at: number): Regex {
    const made = patternTest(value);
    if ('problem' in made) throw syntaxError(this.#query, at, made.problem);
    return value;
  }

  #words(): Text {
    const parts = [''];
    for (let first = true; this.#token.kind === 'word'; first = false) {
      const [head, ...rest] = this.#token.parts;
      parts[parts.length - 1] += (first ? '' : this.#token.space) + head!;
      parts.push(...rest);
      this.#place++;
    }
    return { kind: 'text', parts, quoted: false };
  }

  get #token(): Token {
    return this.#tokens[this.#place]!;
  }

  #ended(): boolean {
    return this.#token.kind === 'end';
  }

  #take(mark: string): boolean {
    const found = this.#token.kind === 'punctuation' && this.#token.text === mark;
    if (found) this.#place++;
    return found;
  }

  #takeKeyword(word: string): boolean {
    const found = this.#token.kind === 'keyword' && this.#token.text === word;
    if (found) this.#place++;
    return found;
  }

  #deeper(parse: Clause): Query {
    if (++this.#depth > maxDepth)
      throw syntaxError(
        this.#query,
        this.#token.at,
        `expected at most ${maxDepth} levels of brackets and "not"`,
      );
    const query = parse();
    this.#depth--;
    return query;
  }

  #fail(expected: string): never {
    throw syntaxError(this.#query, this.#token.at, `expected ${expected}, found ${found(this.#token)}`);
  }
}

/** What a field could never be compared with: silently, no event would match. */
function boundProblem(field: string, bound: string): string | undefined {
  const shown = JSON.stringify(bound);
  if (isLevelField(field) && levelRank(bound) === undefined)
    return `${shown} is no log level; expected trace, debug, info, notice, warn, error, critical, alert or emergency`;
  if (isDateField(field) && readDate(bound) === undefined)
    return `${shown} is no date; expected such as 2026-11-21 or "2026-11-21T13:45:00Z"; a rule goes by the times of its events and knows no "now"`;
  if (
    /^[\w.@-]+$/.test(field) &&
    /^[\d.]+ ?(?:[nuµm]?s|[mhd]|[kmg]b)$/i.test(bound) &&
    inUnitOf(field, bound) === undefined
  )
    return `${field} has no unit that logboom knows, so ${shown} would be compared as text; expected a plain number`;
  return undefined;
}

const plain = (number: number): Text => ({ kind: 'text', parts: [String(number)], quoted: false });

function nameOf(field: Text): string {
  return field.parts.join('*');
}

function found(token: Token): string {
  if (token.kind === 'end') return 'the end';
  if (token.kind === 'punctuation') {
    const remedy = token.text === ':' ? '; write the value in quotes or the colon as \\:' : '';
    return `"${token.text}"${remedy}`;
  }
  return token.kind === 'quoted' ? `"${token.text}"` : `"${token.source}"`;
}
