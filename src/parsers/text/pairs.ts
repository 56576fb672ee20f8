import { type JsonObject, newObject } from '../../events/index.ts';

/** `key=value`, `key="quoted \" value"`, `key=`; logfmt allows a key alone, which is true. */
const pair = /([^\s="]+)=(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s"]*))(?=\s|$)\s*/sy;

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };
/** The text with its escapes resolved. */
export const unescaped = (text: string) =>
  text.includes('\\') ? text.replace(/\\(.)/gs, (_, letter: string) => escapes[letter] ?? letter) : text;

/** The longest run of pairs that is read. */
const mostPairs = 256;

/**
 * Reads a line that consists of pairs; undefined if anything else is in it. `pair`: an expression with the flag `y` that matches one pair and the
 * white space behind it. `add` is called with each match.
 */
export function readPairs(
  line: string,
  pair: RegExp,
  add: (fields: JsonObject, match: RegExpExecArray) => void,
): JsonObject | undefined {
  const text = line.trim();
  const fields = newObject();
  let count = 0;
  for (let at = 0; at < text.length; at = pair.lastIndex) {
    pair.lastIndex = at;
    const match = pair.exec(text);
    count += 1;
    if (!match || count > mostPairs) return undefined;
    add(fields, match);
  }
  return count === 0 ? undefined : fields;
}

/** Reads a line that consists of `key=value` pairs; undefined if anything else is in it. Values are text, or numbers. */
export const logfmtPairs = (line: string): JsonObject | undefined =>
  readPairs(line, pair, (fields, [, key, double, single, bare]) => {
    const quoted = double ?? single;
    fields[key!] = quoted === undefined ? pairValue(bare!) : unescaped(quoted);
  });

/** Digits become a number where they are one exactly: not an id with leading zeros, nor one too long to be exact. */
export function pairValue(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  if (!/^-?(?:0|[1-9]\d{0,15})(?:\.\d{1,12})?$/.test(text)) return text;
  const value = Number(text);
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? value : text;
}

/** Reads pairs with a separator between and a sign within them, such as `user: bob; status: ok`. What is no pair is left out. */
export function keyValues(line: string, separator: string, sign: string): JsonObject | undefined {
  const fields = newObject();
  let count = 0;
  for (const part of line.split(separator)) {
    const at = part.indexOf(sign);
    const key = part.slice(0, Math.max(at, 0)).trim();
    if (key === '' || count === mostPairs) continue;
    const value = part.slice(at + sign.length).trim();
    fields[key] = pairValue(/^(["']).*\1$/s.test(value) ? value.slice(1, -1) : value);
    count += 1;
  }
  return count === 0 ? undefined : fields;
}
