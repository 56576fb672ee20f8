import type { HighlightOptions } from './highlight-request.ts';
import type { Match, PlacedToken } from './marked-text.ts';

/** The text of a fragment and the marks in it. */
interface Fragment {
  text: string;
  keys: Set<number>;
}

type Encode = (text: string) => string;

/**
 * Lucene's `Highlighter` with its `SimpleSpanFragmenter`: a fragment ends before the token that
 * passes the size, unless less than half a fragment would be left.
 */
function fragmentsOf(
  value: string,
  tokens: PlacedToken[],
  matches: Match[],
  options: HighlightOptions,
  encode: Encode,
): Fragment[] {
  const marked = new Map(matches.map((match) => [match.start, match]));
  const fragments: Fragment[] = [{ text: '', keys: new Set() }];
  let at = 0;
  for (const [number, { start, end }] of tokens.entries()) {
    const size = options.fragmentSize * fragments.length;
    const isFull = options.fragments > 0 && number > 0 && end >= size;
    if (isFull && value.length - end >= options.fragmentSize >>> 1)
      fragments.push({ text: '', keys: new Set() });
    const fragment = fragments.at(-1)!;
    const match = marked.get(start);
    const token = encode(value.slice(start, end));
    fragment.text += encode(value.slice(at, start));
    fragment.text += match ? options.preTag + token + options.postTag : token;
    if (match) fragment.keys.add(match.key);
    at = end;
  }
  fragments.at(-1)!.text += encode(value.slice(at));
  return fragments;
}

/** The start of the first value, cut between tokens, for `no_match_size`. */
function withoutMatch(values: string[], tokens: PlacedToken[], size: number, encode: Encode): string[] {
  const [value] = values;
  if (size <= 0 || value === undefined) return [];
  if (value.length < size) return [encode(value)];
  const end = tokens.findLast((token) => token.end <= size)?.end ?? 0;
  return end > 0 ? [encode(value.slice(0, end))] : [];
}

/**
 * The best fragments as Elasticsearch's plain highlighter makes them: those of each value with most
 * different words.
 */
export function plainFragments(
  values: string[],
  tokens: PlacedToken[],
  matches: Match[],
  options: HighlightOptions,
  encode: Encode,
): string[] {
  const most = options.fragments === 0 ? Number.POSITIVE_INFINITY : options.fragments;
  let base = 0;
  const found = values.flatMap((value) => {
    const moved = <T extends { start: number; end: number }>(ones: T[]) =>
      ones
        .filter(({ start }) => start >= base && start < base + value.length)
        .map((one) => ({ ...one, start: one.start - base, end: one.end - base }));
    const all = fragmentsOf(value, moved(tokens), moved(matches), options, encode);
    base += value.length + 1;
    const best = all
      .filter(({ keys }) => keys.size > 0)
      .sort((one, two) => two.keys.size - one.keys.size)
      .slice(0, most);
    const kept = new Set(best);
    return all.filter((fragment) => kept.has(fragment));
  });
  if (found.length === 0) return withoutMatch(values, tokens, options.noMatchSize, encode);
  if (options.isByScore) found.sort((one, two) => two.keys.size - one.keys.size);
  return found.slice(0, most).map(({ text }) => text);
}
