import { type NamePattern, starPattern } from '../util/glob.ts';

const patterns = new Map<string, NamePattern>();

/** A field name pattern with `*` for any characters. Patterns come from configuration and are few. */
export function namePattern(pattern: string): NamePattern {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    compiled = starPattern(pattern);
    patterns.set(pattern, compiled);
  }
  return compiled;
}
