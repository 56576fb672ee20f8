import { cutToBytes, printable, withEllipsis } from '../util/text.ts';

/** What stands for the words in which the lines of a pattern differ. */
const any = '<*>';

/** Limits that bound memory and time. */
const mostPatterns = 2_000;
const mostWords = 60;
const longestLine = 2_000;
const longestExample = 300;
const mostBranches = 100;
/** The share of equal words from which a line belongs to a pattern. */
const similarity = 0.5;

/** A pattern of messages. */
interface Pattern {
  words: string[];
  /** Number of lines by interval. */
  counts: number[];
  /** The first line in interval 0, else the first of all. */
  example: string;
  exampleOf: number;
  level: string | undefined;
}

/** Values that change from line to line: what they are is masked before words are compared. */
const masks: readonly RegExp[] = [
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi,
  /\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?/g,
  /\b(?:\d{1,3}\.){3}\d{1,3}\b(?::\d+)?/g,
  /\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{0,4}\b/gi,
  /\b0x[0-9a-f]+\b/gi,
  /\b(?=[a-f]*\d)[0-9a-f]{7,}\b/gi,
  /(?<![\w.])[+-]?\d+(?:[.,]\d+)*(?![\w.]*[a-z]{4})/gi,
];

/** The words of the first line of a message, with values masked. */
export function wordsOf(message: string): string[] {
  const end = message.indexOf('\n');
  let line = (end === -1 ? message : message.slice(0, end)).slice(0, longestLine);
  for (const mask of masks) line = line.replace(mask, any);
  const words = line.split(/\s+/).filter((word) => word !== '');
  return words.length <= mostWords ? words : [...words.slice(0, mostWords), '…'];
}

interface Branch {
  branches: Map<string, Branch>;
  patterns: Pattern[];
}

function branchAt<K>(branches: Map<K, Branch>, key: K): Branch {
  const known = branches.get(key);
  if (known !== undefined) return known;
  const branch: Branch = { branches: new Map(), patterns: [] };
  branches.set(key, branch);
  return branch;
}

/**
 * Groups messages into patterns, after Drain (He, Zhu, Zheng and Lyu, 2017): a tree of fixed depth by the number of words and the first
 * word, and below it the pattern with the most words equal at their places. A line that shares fewer than half of them begins a
 * pattern of its own. There are 2,000 patterns at most; the lines of further ones are counted in `others`.
 */
export class PatternMiner {
  readonly #roots = new Map<number, Branch>();
  readonly #patterns: Pattern[] = [];
  readonly #intervals: number;
  /** Lines that belong to no pattern, because there were too many. */
  others = 0;

  /** `intervals`: number of intervals that are told apart. */
  constructor(intervals: number) {
    this.#intervals = intervals;
  }

  get patterns(): readonly Pattern[] {
    return this.#patterns;
  }

  add(message: string, interval: number, level?: string): void {
    const words = wordsOf(message);
    if (words.length === 0) return;
    const branch = this.#branchOf(words);
    const found = bestOf(branch.patterns, words) ?? this.#begin(branch, words, message, interval, level);
    if (found === undefined) {
      this.others += 1;
      return;
    }
    found.counts[interval]! += 1;
    for (const [place, word] of words.entries()) if (found.words[place] !== word) found.words[place] = any;
    if (interval < found.exampleOf)
      Object.assign(found, { example: exampleOf(message), exampleOf: interval, level });
  }

  #branchOf(words: readonly string[]): Branch {
    const root = branchAt(this.#roots, words.length);
    const [first] = words;
    // Words with digits are values more often than not, and there would be a branch for each.
    let name = /\d/.test(first!) ? any : first!;
    if (!root.branches.has(name) && root.branches.size >= mostBranches) name = any;
    return branchAt(root.branches, name);
  }

  #begin(
    branch: Branch,
    words: string[],
    message: string,
    interval: number,
    level: string | undefined,
  ): Pattern | undefined {
    if (this.#patterns.length >= mostPatterns) return undefined;
    const counts = new Array<number>(this.#intervals).fill(0);
    const pattern = { words, counts, example: exampleOf(message), exampleOf: interval, level };
    branch.patterns.push(pattern);
    this.#patterns.push(pattern);
    return pattern;
  }
}

const exampleOf = (message: string): string => {
  const shown = printable(message.slice(0, longestLine));
  return withEllipsis(cutToBytes(shown, longestExample), shown);
};

/** The pattern that shares most words, if it shares enough. Of equal ones the one with more words that never differ. */
function bestOf(patterns: readonly Pattern[], words: readonly string[]): Pattern | undefined {
  let best: Pattern | undefined;
  let most = 0;
  for (const pattern of patterns) {
    let equal = 0;
    let fixed = 0;
    for (let place = 0; place < words.length; place++) {
      const word = pattern.words[place]!;
      if (word === words[place]) equal += 1;
      if (word !== any) fixed += 1;
    }
    if (equal < words.length * similarity) continue;
    const rank = equal + fixed / (words.length + 1);
    if (rank <= most) continue;
    most = rank;
    best = pattern;
  }
  return best;
}
