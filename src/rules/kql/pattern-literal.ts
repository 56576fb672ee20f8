import type { Regex } from './ast.ts';

/** A fragment shorter than this is in almost every value. */
const shortest = 3;

/**
 * The longest text that every value must contain that a pattern matches: `time` for `/timed? out/`. With it a search that knows no
 * patterns shows more than the pattern, never less. Undefined where there is none that is worth it, as for `/a|b/`.
 */
export function literalIn({ source }: Regex): string | undefined {
  const runs: string[] = [''];
  const end = (): void => void runs.push('');
  for (let at = 0; at < source.length; ) {
    const found = unitAt(source, at);
    if (found === undefined) return undefined;
    at = found.next;
    const repeat = /^(?:[*?]|\{0[,}]|\{,)/.test(source.slice(at));
    const quantifier = /^(?:[*+?]|\{[\d,]+\})\??/.exec(source.slice(at));
    if (found.text !== undefined && !repeat) runs[runs.length - 1] += found.text;
    // What may come several times ends the run: another copy may lie between it and what follows.
    if (found.text === undefined || quantifier !== null) end();
    at += quantifier?.[0].length ?? 0;
  }
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '');
  return longest.length < shortest ? undefined : longest;
}

interface Unit {
  next: number;
  /** The character, where it is one; undefined for what stands for several, such as a class or a group. */
  text?: string;
}

/** One unit of a pattern. Undefined: an alternative at the top, so that no part is certain. */
function unitAt(source: string, at: number): Unit | undefined {
  const char = source[at]!;
  if (char === '|') return undefined;
  if (char === '\\') return escapeAt(source, at);
  if (char === '[') return { next: classEnd(source, at) };
  if (char === '(') return { next: groupEnd(source, at) };
  if ('.^$'.includes(char)) return { next: at + 1 };
  return { next: at + 1, text: char };
}

function escapeAt(source: string, at: number): Unit {
  const next = source[at + 1];
  if (next === undefined) return { next: at + 1 };
  if (/[pPx]/.test(next) && source[at + 2] === '{')
    return { next: source.indexOf('}', at) + 1 || source.length };
  return /[A-Za-z0-9]/.test(next) ? { next: at + 2 } : { next: at + 2, text: next };
}

function classEnd(source: string, at: number): number {
  let place = source[at + 1] === '^' ? at + 2 : at + 1;
  if (source[place] === ']') place += 1;
  while (place < source.length && source[place] !== ']') place += source[place] === '\\' ? 2 : 1;
  return place + 1;
}

function groupEnd(source: string, at: number): number {
  let [depth, place] = [0, at];
  while (place < source.length) {
    const char = source[place];
    if (char === '\\') place += 1;
    else if (char === '[') place = classEnd(source, place) - 1;
    else if (char === '(') depth += 1;
    else if (char === ')') depth -= 1;
    place += 1;
    if (depth === 0) return place;
  }
  return place;
}
