import { createHmac } from 'node:crypto';
import { isIP } from 'node:net';

/** Pseudonyms that are kept: addresses come again and again. */
const most = 20_000;
/** Shorter values are not looked for in texts: they would be found in other words. */
const shortest = 3;

/** Replaces values by pseudonyms that only the holder of the key can find again by trying. */
export class Pseudonyms {
  readonly #key: string;
  readonly #known = new Map<string, string>();

  constructor(key: string) {
    this.#key = key;
  }

  /** An address becomes a unique local address (RFC 4193), so that a field of addresses still takes it. */
  of(value: string): string {
    let pseudonym = this.#known.get(value);
    if (pseudonym !== undefined) return pseudonym;
    const digits = createHmac('sha256', this.#key).update(value).digest('hex').slice(0, 32);
    pseudonym = isIP(value) === 0 ? digits : `fd${digits.slice(2)}`.match(/.{4}/g)!.join(':');
    if (this.#known.size >= most) this.#known.clear();
    this.#known.set(value, pseudonym);
    return pseudonym;
  }

  /**
   * The text with each of the values replaced where it stands as a whole word, the longest first. All are replaced at once: a value may be
   * a part of the pseudonym of another one.
   */
  within(text: string, values: ReadonlySet<string>): string {
    const lower = text.toLowerCase();
    const sought = new Map(
      [...values]
        .filter((value) => value.length >= shortest && lower.includes(value.toLowerCase()))
        .sort((one, other) => other.length - one.length)
        .map((value) => [value.toLowerCase(), value]),
    );
    if (sought.size === 0) return text;
    return text.replace(wordsOf(sought.values()), (found) =>
      this.of(sought.get(found.toLowerCase()) ?? found),
    );
  }
}

/** `1.2.3.4` is no part of `1.2.3.40` or `11.2.3.4`. */
function wordsOf(values: Iterable<string>): RegExp {
  const escaped = [...values].map((value) => value.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
  return new RegExp(`(?<![\\p{L}\\p{N}_]|\\d\\.)(?:${escaped.join('|')})(?![\\p{L}\\p{N}_]|\\.\\d)`, 'giu');
}
