import { LogboomError } from '../errors.ts';
import type { Scalar } from '../model.ts';

interface Key {
  /** Undefined: what is there is passed over. */
  name: string | undefined;
  appends: boolean;
  /** Where it stands among those that are appended to one name; 0 where the text decides. */
  order: number;
  /** Repetitions of the delimiter behind it are passed over. */
  isPadded: boolean;
  /** The text behind it; empty for the last key, which takes the rest. */
  delimiter: string;
}

const wrong = (pattern: string, why: string) =>
  new LogboomError('CONFIG_INVALID', `The pattern \`${pattern}\` cannot be used: ${why}.`);

/**
 * A pattern of Logstash's `dissect`: keys between fixed delimiters, which are looked for from left to right. `%{?name}` and `%{}` pass over
 * a text, `%{+name}` appends to the key with the delimiter before it, `%{+name/2}` in the place that the number says, and `%{name->}` passes
 * over repeated delimiters.
 */
export class Dissection {
  readonly #start: string;
  readonly #keys: Key[] = [];

  /** Throws CONFIG_INVALID for a pattern that cannot be used. */
  constructor(pattern: string) {
    const pieces = pattern.split(/%\{([^}]*)\}/);
    this.#start = pieces[0]!;
    for (let at = 1; at < pieces.length; at += 2) {
      const [, sign = '', whole = '', padding] = /^([?+&*]?)(.*?)(->)?$/.exec(pieces[at]!)!;
      const [, name = whole, order = '0'] = (sign === '+' && /^(.*)\/(\d{1,3})$/.exec(whole)) || [];
      const delimiter = pieces[at + 1]!;
      if (sign === '&' || sign === '*')
        throw wrong(pattern, 'names that are taken from the text are not supported');
      if (delimiter === '' && at + 2 < pieces.length)
        throw wrong(pattern, 'there is no delimiter between two keys');
      const isPassed = sign === '?' || name === '';
      this.#keys.push({
        name: isPassed ? undefined : name,
        appends: sign === '+',
        order: Number(order),
        isPadded: padding !== undefined,
        delimiter,
      });
    }
  }

  /** The fields of a text, in the order of the keys; undefined where it does not fit. Numbers stay texts. */
  of(text: string): Map<string, Scalar> | undefined {
    if (!text.startsWith(this.#start)) return undefined;
    const found = new Map<string, Scalar>();
    const ordered: { name: string; order: number; before: string; value: string }[] = [];
    let at = this.#start.length;
    let before = this.#start;
    for (const { name, appends, order, isPadded, delimiter } of this.#keys) {
      const end = delimiter === '' ? text.length : text.indexOf(delimiter, at);
      if (end === -1) return undefined;
      const value = text.slice(at, end);
      if (name !== undefined && order > 0) ordered.push({ name, order, before, value });
      else if (name !== undefined) put(found, name, value, appends ? before : undefined);
      at = end + delimiter.length;
      while (isPadded && delimiter !== '' && text.startsWith(delimiter, at)) at += delimiter.length;
      before = delimiter;
    }
    // Without a delimiter before it, a value that moved behind another stands a space away from it.
    for (const one of ordered.sort((a, b) => a.order - b.order))
      put(found, one.name, one.value, one.before || ' ');
    return found;
  }
}

/** `join`: what stands between the value and one that is there already, which it replaces otherwise. */
function put(found: Map<string, Scalar>, name: string, value: string, join: string | undefined): void {
  const known = found.get(name);
  found.set(name, known === undefined || join === undefined ? value : `${known}${join}${value}`);
}
