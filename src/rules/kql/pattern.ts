import { RE2JS } from 're2js';
import { messageOf } from '../../errors.ts';
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
    return { problem: `the pattern /${shown}/ cannot be used: ${messageOf(thrown)}` };
  }
}

/** The same test on no more of a text than is looked at. */
export function bounded(test: TextTest): TextTest {
  return (text) => test(text.length > longestText ? text.slice(0, longestText) : text);
}
