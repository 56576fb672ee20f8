import { RE2JS } from 're2js';
import { illegalArgument, parsingError, queryShardError } from '../store-error.ts';

const meta = /[\\^$.|?*+()[\]{}]/g;

/**
 * Characters. Elasticsearch's `index.max_regex_length`; the cost of compiling grows with the
 * length.
 */
const maxPatternLength = 1_000;

function checkLength(pattern: string, query: string): void {
  if (pattern.length > maxPatternLength)
    throw illegalArgument(
      `The length of regex [${pattern.length}] used in the ${query} Query request has exceeded the allowed maximum of [${maxPatternLength}].`,
    );
}

/**
 * A test for a whole term by a pattern with `*` and `?`; a backslash makes the next character
 * literal. RE2 matches in linear time. The literal start is compared first, which decides most
 * terms.
 * @throws StoreError for patterns that are too long.
 */
export function wildcardTest(pattern: string, caseInsensitive = false): (text: string) => boolean {
  checkLength(pattern, 'Wildcard');
  // As in Elasticsearch, an empty pattern matches nothing, not even the empty term.
  if (pattern === '') return () => false;
  let expression = '';
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at]!;
    if (char === '\\' && at + 1 < pattern.length) expression += pattern[++at]!.replace(meta, '\\$&');
    else if (char === '*') expression += expression.endsWith('.*') ? '' : '.*';
    else expression += char === '?' ? '.' : char.replace(meta, '\\$&');
  }
  const compiled = RE2JS.compile(
    `^(?:${expression})$`,
    RE2JS.DOTALL | (caseInsensitive ? RE2JS.CASE_INSENSITIVE : 0),
  );
  const literal = /^[^*?\\]*/.exec(pattern)![0];
  if (literal === pattern && !caseInsensitive) return (text) => text === pattern;
  const skips = caseInsensitive ? '' : literal;
  return (text) => text.startsWith(skips) && compiled.matches(text);
}

/**
 * A test for a whole term by a regular expression of Lucene's, in linear time. Lucene's are
 * anchored at both ends, and `^` and `$` are plain characters.
 * @throws StoreError for syntax errors and for operators that RE2 does not have (`~`, `<1-9>`, `&`, `@`, `#`).
 */
export function regexpTest(pattern: string, caseInsensitive = false): (text: string) => boolean {
  checkLength(pattern, 'Regexp');
  checkOperators(pattern);
  const expression = pattern.replace(/\\.|\[[^\]]*\]|[\^$]/gs, (part) =>
    part.length === 1 ? `\\${part}` : part,
  );
  try {
    const flags = RE2JS.DOTALL | (caseInsensitive ? RE2JS.CASE_INSENSITIVE : 0);
    const compiled = RE2JS.compile(`(?:${expression})`, flags);
    return (text) => compiled.matches(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : '';
    throw queryShardError(`failed to create query: ${reason}`);
  }
}

/**
 * Refuses operators that Lucene has and RE2 does not. Escaped ones and those in brackets are
 * literal.
 */
export function checkOperators(pattern: string): void {
  const bare = pattern.replace(/\\./gs, '').replace(/\[[^\]]*\]/g, '');
  const foreign = /[~&@#]|<\d/.exec(bare);
  if (foreign) throw parsingError(`[regexp] the operator [${foreign[0]}] is not supported by this store`);
}
