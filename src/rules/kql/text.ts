import { glob } from '@logboom/common';
import { RE2JS } from 're2js';
import { LogboomError, messageOf } from '../../errors.ts';
import type { Regex } from './ast.ts';

/** A longer pattern is nothing that a person wrote, and what it costs grows with it. */
export const longestPattern = 1_000;
/**
 * So much of a text is looked at by patterns and for words, from its beginning. Time is linear in the text, but a line
 * of megabytes would hold up all others.
 */
export const longestText = 65_536;

type TextTest = (text: string) => boolean;

/**
 * A pattern as a test that finds it anywhere. RE2 takes time linear in the text whatever the pattern, for it knows
 * neither back-references nor looking around. Returns what is wrong with a pattern that cannot be used.
 */
export function patternTest({ source, ignoreCase }: Regex): { test: TextTest } | { problem: string } {
  const shown = source.length > 60 ? `${source.slice(0, 60)}…` : source;
  if (source.length > longestPattern)
    return { problem: `the pattern /${shown}/ is longer than ${longestPattern} characters` };
  try {
    const pattern = RE2JS.compile(source.replaceAll('\\/', '/'), ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
    return { test: bounded((text) => pattern.test(text)) };
  } catch (thrown) {
    const reason = /\(\?<?[=!]/.test(source)
      ? 'it looks ahead or behind, which takes too long on some texts; write two patterns, joined by `and` or `and not`'
      : messageOf(thrown);
    return { problem: `the pattern /${shown}/ cannot be used: ${reason}` };
  }
}

/** The same test on no more of a text than is looked at. */
export function bounded(test: TextTest): TextTest {
  return (text) => test(text.length > longestText ? text.slice(0, longestText) : text);
}

/**
 * Full text, as Elasticsearch's standard analyser sees it: words without case. A dot or an apostrophe between two
 * letters, and a dot or a comma between two digits, do not part words.
 *
 * The test for a word is a regular expression of literals, so its time is linear in the text.
 */

const character = '[\\p{L}\\p{M}\\p{N}_]';
const wordSource = `(?:${character}|(?<=\\p{L})['.’](?=\\p{L})|(?<=\\p{N})[.,'](?=\\p{N}))+`;
const begin = `(?<!${character})(?<!\\p{L}['.’](?=\\p{L}))(?<!\\p{N}[.,'](?=\\p{N}))`;
const end = `(?!${character})(?!(?<=\\p{L})['.’]\\p{L})(?!(?<=\\p{N})[.,']\\p{N})`;
const word = new RegExp(wordSource, 'gu');

/** The words of a text, in lower case. */
function wordsOf(text: string): string[] {
  return text.toLowerCase().match(word) ?? [];
}

/** Matches a text that has any of the words: Kibana's `message: a b`. No words match nothing. */
export function anyWord(query: string): (text: string) => boolean {
  const words = wordsOf(query);
  if (words.length === 0) return () => false;
  return tester(words.map(literal).join('|'));
}

/** Matches a text that has the words side by side in this order: Kibana's `message: "a b"`. */
export function phrase(query: string): (text: string) => boolean {
  const words = wordsOf(query);
  if (words.length === 0) return () => false;
  return tester(words.map(literal).join('[^\\p{L}\\p{M}\\p{N}_]+'));
}

/**
 * Matches a text of which some word matches the pattern between wildcards, `['time', 'out']` for `time*out`. A
 * pattern with characters that no word has, such as `*\/api\/*`, is held against what stands between spaces.
 */
export function anyWordLike(parts: string[]): (text: string) => boolean {
  const lower = parts.map((part) => part.toLowerCase());
  const matches = glob(lower);
  const isWord = lower.every((part) => /^[\p{L}\p{M}\p{N}_.'’]*$/u.test(part));
  const longest = lower.reduce((best, part) => (part.length > best.length ? part : best), '');
  return (text) => {
    const folded = text.toLowerCase();
    if (!folded.includes(longest)) return false;
    return ((isWord ? folded.match(word) : folded.split(/\s+/)) ?? []).some(matches);
  };
}

function tester(source: string): (text: string) => boolean {
  const pattern = compiled(source);
  return (text) => pattern.test(text);
}

/** V8 compiles a regular expression when it is first used, and refuses one some times as long as this only then. */
const longestSource = 4_000;

function compiled(source: string): RegExp {
  if (source.length <= longestSource) return new RegExp(`${begin}(?:${source})${end}`, 'iu');
  const shown = source.slice(0, 60);
  throw new LogboomError('KQL_SYNTAX', `the words "${shown}…" are more than can be looked for at once`);
}

/** Of the characters that a word can have only the dot means something in a regular expression. */
function literal(text: string): string {
  return text.replaceAll('.', '\\.');
}
