import { Breaks, Sentences } from './breaks.ts';
import type { HighlightOptions } from './highlight-request.ts';
import { type Match, separator } from './marked-text.ts';

/** A piece of the joined values, with the matches in it. `end` is exclusive. */
interface Fragment {
  start: number;
  end: number;
  matches: Match[];
}

/** Where the fragment around a place of one value starts and ends. */
function cutter(value: string, options: HighlightOptions): (at: number) => [number, number] {
  if (options.fragments === 0) return () => [0, value.length];
  if (options.isByWord) {
    const words = new Breaks(value, 'word');
    return (at) => [words.before(at + 1), words.after(at) ?? value.length];
  }
  const sentences = new Sentences(value, options.fragmentSize);
  return (at) => sentences.around(at);
}

/** Groups matches, which are in order, into fragments. A match within the current fragment joins it. */
function fragmentsOf(values: string[], matches: Match[], options: HighlightOptions): Fragment[] {
  const fragments: Fragment[] = [];
  let [base, next] = [0, 0];
  for (const value of values) {
    const end = base + value.length;
    const cut = cutter(value, options);
    let current: Fragment | undefined;
    for (; next < matches.length && matches[next]!.start < end; next++) {
      const match = matches[next]!;
      if (!current || match.start >= current.end) {
        const [from, to] = cut(match.start - base);
        current = { start: base + from, end: base + to, matches: [] };
        fragments.push(current);
      }
      current.matches.push(match);
    }
    base = end + separator.length;
  }
  return fragments;
}

/**
 * Lucene's `PassageScorer` with its constants: a fragment scores more with rarer words, with more
 * of them, and near the start of the text.
 */
const k1 = 1.2;
const b = 0.75;
const pivot = 87;

/** The score of a fragment. `length` is that of the whole text in characters. */
function scoreOf(
  { start, end, matches }: Fragment,
  length: number,
  frequencies: Map<number, number>,
): number {
  const own = new Map<number, number>();
  for (const { key } of matches) own.set(key, (own.get(key) ?? 0) + 1);
  let score = 0;
  for (const [key, times] of own) {
    const documents = 1 + length / pivot;
    const weight = (k1 + 1) * Math.log(1 + (documents + 0.5) / ((frequencies.get(key) ?? 1) + 0.5));
    score += (weight * times) / (times + k1 * (1 - b + (b * (end - start)) / pivot));
  }
  return score * (1 + 1 / Math.log(pivot + start));
}

type Encode = (text: string) => string;

/** The fragment's text with tags around the matches. Overlapping matches are cut. */
function written(text: string, { start, end, matches }: Fragment, options: HighlightOptions, encode: Encode) {
  let [result, at] = ['', start];
  for (const match of matches) {
    if (match.start > at) result += encode(text.slice(at, match.start));
    if (match.end <= at) continue;
    const marked = encode(text.slice(Math.max(at, match.start), match.end));
    result += options.preTag + marked + options.postTag;
    at = match.end;
  }
  return trimmed(result + encode(text.slice(at, Math.max(at, end))));
}

/** Java's `String.trim`: control characters and ASCII spaces. */
const trimmed = (text: string) => text.replace(/^[\0- \u2029]+|[\0- \u2029]+$/g, '');

/** The start of the first value, for `no_match_size`. */
function withoutMatch(values: string[], { noMatchSize }: HighlightOptions, encode: Encode): string[] {
  const value = values.find((one) => one !== '');
  if (noMatchSize <= 0 || value === undefined) return [];
  const end = value.length > noMatchSize ? new Breaks(value, 'word').after(noMatchSize) : undefined;
  return [trimmed(encode(value.slice(0, end)))];
}

/**
 * The best fragments as Elasticsearch's unified highlighter makes them, in the order of the text or
 * by score.
 */
export function unifiedFragments(
  values: string[],
  matches: Match[],
  options: HighlightOptions,
  encode: Encode,
): string[] {
  if (matches.length === 0) return withoutMatch(values, options, encode);
  const text = values.join(separator);
  const frequencies = new Map<number, number>();
  if (!options.requireFieldMatch)
    for (const { key } of matches) frequencies.set(key, (frequencies.get(key) ?? 0) + 1);
  const scored = fragmentsOf(values, matches, options).map((fragment) => ({
    fragment,
    score: scoreOf(fragment, text.length, frequencies),
  }));
  const best = scored.slice().sort((one, two) => two.score - one.score);
  const kept = options.fragments === 0 ? best : best.slice(0, options.fragments);
  const ordered = options.isByScore ? kept : kept.sort((one, two) => one.fragment.start - two.fragment.start);
  return ordered.map(({ fragment }) => written(text, fragment, options, encode));
}
