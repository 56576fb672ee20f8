import { MAX_DEPTH } from './json-text.ts';
import { isDeeper } from './repair.ts';

/**
 * Writes JSON text again with each key once in its object, at every level: the last value counts, as with `JSON.parse`. Values
 * are copied as text, so that no number loses digits. Returns undefined where no key occurs twice, and where the text is
 * no JSON or nested deeper than events are.
 */
export function withLastOfDuplicates(text: string): string | undefined {
  if (isDeeper(text, MAX_DEPTH)) return undefined;
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  const writer = new Rewriter(text);
  const written = writer.value();
  return writer.hasDuplicates ? written : undefined;
}

/** Reads valid JSON text from left to right. */
class Rewriter {
  hasDuplicates = false;
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The value that begins here, after white space. */
  value(): string {
    const char = this.#next();
    if (char === '{') return this.#object();
    if (char === '[') return this.#array();
    const start = this.#at;
    if (char === '"') return this.#string();
    while (this.#at < this.#text.length && !',]} \t\r\n'.includes(this.#text[this.#at]!)) this.#at += 1;
    return this.#text.slice(start, this.#at);
  }

  /** Skips white space. Returns the character behind it. */
  #next(): string {
    while (' \t\r\n'.includes(this.#text[this.#at]!)) this.#at += 1;
    return this.#text[this.#at]!;
  }

  #string(): string {
    const start = this.#at;
    this.#at += 1;
    while (this.#text[this.#at] !== '"') this.#at += this.#text[this.#at] === '\\' ? 2 : 1;
    this.#at += 1;
    return this.#text.slice(start, this.#at);
  }

  #object(): string {
    const members = new Map<string, string>();
    this.#at += 1;
    while (this.#next() !== '}') {
      const key = JSON.parse(this.#string()) as string;
      this.#next();
      this.#at += 1;
      if (members.has(key)) this.hasDuplicates = true;
      members.set(key, this.value());
      if (this.#next() === ',') this.#at += 1;
    }
    this.#at += 1;
    return `{${[...members].map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`;
  }

  #array(): string {
    const elements: string[] = [];
    this.#at += 1;
    while (this.#next() !== ']') {
      elements.push(this.value());
      if (this.#next() === ',') this.#at += 1;
    }
    this.#at += 1;
    return `[${elements.join(',')}]`;
  }
}
