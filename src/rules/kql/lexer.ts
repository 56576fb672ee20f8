import { LogboomError } from '../../errors.ts';

export type Token = {
  /** Place in the text, from 0. */
  at: number;
  /** White space before the token: words that follow one another are one value, spaces included. */
  space: string;
} & (
  | { kind: 'punctuation'; text: string }
  | { kind: 'keyword'; text: 'and' | 'or' | 'not'; source: string }
  | { kind: 'word'; parts: string[]; source: string }
  | { kind: 'quoted'; text: string }
  | { kind: 'regex'; source: string; ignoreCase: boolean }
  | { kind: 'end' }
);

/** A query's fault with its column, counted from 1 as editors do. */
export function syntaxError(query: string, at: number, problem: string): LogboomError {
  return new LogboomError('KQL_SYNTAX', `column ${at + 1} of the query ${JSON.stringify(query)}: ${problem}`);
}

const punctuation = /(?:>=|<=|[():<>{}])/y;
const white = /\s*/y;
const wordCharacters = /(?:[^\s\\():<>"*{}]|\*|\\u[0-9a-fA-F]{4}|\\[^\n])+/y;
const quotedText = /"((?:[^"\\]|\\[\s\S])*)"/y;
/** The slash that ends a pattern is followed by nothing, a space or a bracket, so that a path such as `/var/log/` stays text. */
const regexText = /\/((?:[^/\\\n]|\\[^\n])+)\/(i?)(?=[\s)}]|$)/y;

/** `query` as tokens; the last one is `end`. */
export function tokenize(query: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    const space = matchAt(white, query, at)![0];
    at += space.length;
    const [token, length] = nextToken(query, at, space, tokens.at(-1));
    tokens.push(token);
    if (token.kind === 'end') return tokens;
    at += length;
  }
}

function nextToken(query: string, at: number, space: string, before: Token | undefined): [Token, number] {
  if (at >= query.length) return [{ kind: 'end', at, space }, 0];
  const mark = matchAt(punctuation, query, at);
  if (mark) return [{ kind: 'punctuation', at, space, text: mark[0] }, mark[0].length];
  if (query[at] === '"') return quoted(query, at, space);
  const regex = before?.kind === 'word' ? null : matchAt(regexText, query, at);
  if (regex) {
    const [whole, source, flag] = regex;
    return [{ kind: 'regex', at, space, source: source!, ignoreCase: flag === 'i' }, whole.length];
  }
  const word = matchAt(wordCharacters, query, at);
  if (!word) throw syntaxError(query, at, 'a backslash must be followed by the character that it stands for');
  return [wordOrKeyword(word[0], at, space), word[0].length];
}

function quoted(query: string, at: number, space: string): [Token, number] {
  const match = matchAt(quotedText, query, at);
  if (!match) throw syntaxError(query, at, 'this quotation mark is never closed; expected "');
  return [{ kind: 'quoted', at, space, text: resolveEscapes(match[1]!) }, match[0].length];
}

function wordOrKeyword(source: string, at: number, space: string): Token {
  const lower = source.toLowerCase();
  if (lower === 'and' || lower === 'or' || lower === 'not')
    return { kind: 'keyword', at, space, text: lower, source };
  // Before the escapes of letters, for `\not` is the word and no line's end.
  if (/^\\(?:and|or|not)$/.test(lower)) return { kind: 'word', at, space, parts: [source.slice(1)], source };
  return { kind: 'word', at, space, parts: splitAtStars(source), source };
}

/** Cuts at each `*` that no backslash protects, and resolves the escapes of the parts. */
function splitAtStars(source: string): string[] {
  const parts: string[] = [''];
  for (const [piece] of source.matchAll(/\\u[0-9a-fA-F]{4}|\\[\s\S]|[^\\]/gu)) {
    if (piece === '*') parts.push('');
    else parts[parts.length - 1] += resolveEscapes(piece);
  }
  return parts;
}

const spaces: Record<string, string> = { t: '\t', r: '\r', n: '\n' };

/** `\t \r \n`, `\uXXXX`, and a backslash before anything else for that thing itself: `\:`, `\"`, `\*`, `\and`. */
function resolveEscapes(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\u([0-9a-fA-F]{4})|\\([\s\S])/g, (_, code: string | undefined, character: string) =>
    code === undefined ? (spaces[character] ?? character) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
