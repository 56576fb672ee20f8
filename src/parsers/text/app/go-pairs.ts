import type { JsonObject } from '../../../events/index.ts';
import { pairValue, readPairs, unescaped } from '../pairs.ts';

/**
 * A pair as Go loggers write it. slog quotes a key with a blank in it, and calls a value without a key `!BADKEY`. klog writes lists and
 * mappings as JSON, and a text of several lines between `<` and `>`.
 */
const pair =
  /(?:"((?:[^"\\]|\\.)*)"|([^\s="]+))=(?:"((?:[^"\\]|\\.)*)"|<\n((?:\t[^\n]*\n)+) >|([[{](?:"(?:[^"\\]|\\.)*"|[^"\n])*?[\]}])(?=\s|$)|([^\s"]*))(?=\s|$)\s*/sy;

/** Reads `key=value` pairs behind a message; undefined if anything else is among them. */
export const goPairs = (text: string): JsonObject | undefined =>
  readPairs(text, pair, (fields, [, quotedKey, key, quoted, lines, json, bare]) => {
    const name = quotedKey === undefined ? key! : unescaped(quotedKey);
    if (quoted !== undefined) fields[name] = unescaped(quoted);
    else if (lines !== undefined) fields[name] = lines.trimEnd().replace(/^\t/gm, '');
    else if (json !== undefined) fields[name] = jsonOr(json);
    else fields[name] = pairValue(bare!);
  });

/** A list or mapping; the text where it is none, such as `[a b]`. */
function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
