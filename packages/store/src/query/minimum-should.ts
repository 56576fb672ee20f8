import { parsingError } from '../store-error.ts';

/** `minimum_should_match`: `2`, `-1`, `75%`, `-25%`, or `2<75%`. */
export function minimumShould(value: string | number | undefined, count: number, otherwise: number): number {
  if (value === undefined) return otherwise;
  const text = String(value).trim();
  if (text.includes('<')) return conditional(text, count);
  const match = /^(-?)(\d+)(%?)$/.exec(text);
  if (!match) throw parsingError(`[bool] failed to parse minimum_should_match [${text}]`);
  const amount = match[3] ? Math.floor((Number(match[2]) / 100) * count) : Number(match[2]);
  return Math.max(match[1] ? count - amount : amount, 0);
}

/** `3<90%`: up to three are all required, beyond that nine tenths are. */
function conditional(text: string, count: number): number {
  let result = count;
  for (const part of text.split(/\s+/)) {
    const [limit, rest] = part.split('<', 2);
    if (count <= Number(limit)) return result;
    result = minimumShould(rest, count, count);
  }
  return result;
}
