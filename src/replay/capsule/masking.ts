import { isIPv6 } from 'node:net';

/** What of a capsule is masked. */
export interface MaskingOptions {
  /** Replace IP addresses and e-mail addresses by others, each always by the same one. */
  addresses: boolean;
}

const hidden = '***';
const secretName =
  /pass(?:word|wd|phrase)?$|secret|token|api[-_.]?key|authorization|cookie|credential|private[-_.]?key/i;

/** In a line: `password=x`, `"token": "x"`, `Authorization: Bearer x`, `https://user:x@host`. */
const secretTexts: readonly [RegExp, string][] = [
  [/\b(authorization\s*[:=]\s*"?(?:bearer|basic|digest)?\s*)[^\s",;]+/gi, `$1${hidden}`],
  [/\b(bearer\s+)[\w.~+/=-]{8,}/gi, `$1${hidden}`],
  [
    /((?:pass(?:word|wd|phrase)?|secret|token|api[-_]?key|credential|cookie)["']?\s*[=:]\s*["']?)[^\s"'&,;}]+/gi,
    `$1${hidden}`,
  ],
  [/(\/\/[^/\s:@"]+:)[^/\s@"]+(@)/g, `$1${hidden}$2`],
];

const ipv4 = /(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w.]*\d)/g;
/** What may be an IPv6 address; times of the day look alike. */
const colons = /(?<![\w:.])[0-9a-f:]{2,39}(?![\w:])/gi;
const mail = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;

/** Masks events: secrets always, and addresses where asked for. The same address becomes the same one in the whole capsule. */
export class Masking {
  readonly #addresses: boolean;
  readonly #known = new Map<string, string>();

  constructor({ addresses }: MaskingOptions) {
    this.#addresses = addresses;
  }

  /** An event as JSON text. What is no JSON object stays one that cannot be read, without its bytes. */
  event(text: string): string {
    let document: unknown;
    try {
      document = JSON.parse(text);
    } catch {
      return '{';
    }
    return JSON.stringify(this.#value('', document));
  }

  /** A text outside of events, such as the address of a sender. */
  text(text: string): string {
    let masked = text;
    for (const [pattern, by] of secretTexts) masked = masked.replace(pattern, by);
    if (!this.#addresses) return masked;
    return masked
      .replace(mail, (one) => this.#pseudonym(one, (n) => `user-${n}@example.com`))
      .replace(ipv4, (one) =>
        this.#pseudonym(one, (n) => `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`),
      )
      .replace(colons, (one) =>
        isIPv6(one) ? this.#pseudonym(one.toLowerCase(), (n) => `fd00::${n.toString(16)}`) : one,
      );
  }

  #value(name: string, value: unknown): unknown {
    if (typeof value === 'string') return secretName.test(name) ? hidden : this.text(value);
    if (Array.isArray(value)) return value.map((one) => this.#value(name, one));
    if (typeof value !== 'object' || value === null)
      return secretName.test(name) && value !== null ? hidden : value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, this.#value(key, inner)]));
  }

  #pseudonym(address: string, write: (number: number) => string): string {
    let known = this.#known.get(address);
    if (known === undefined) {
      known = write(this.#known.size + 1);
      this.#known.set(address, known);
    }
    return known;
  }
}
