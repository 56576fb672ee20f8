/** The longest beginning of a text that fits into `most` bytes of UTF-8 without splitting a character. */
export function cutToBytes(text: string, most: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return text;
  let end = most;
  // Continuation bytes of a character begin with the bits 10.
  while ((bytes[end]! & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}

/**
 * C0 and C1 controls, delete, line and paragraph separators, and the marks that turn the direction of text
 * around: on a terminal each could hide or forge what is beside it.
 */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** Makes a text of unknown origin safe for one line of a terminal or a log: invisible characters become `\u001b`. */
export function printable(text: string): string {
  return text.replace(unprintable, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Removes credentials from URLs in a text (`https://user:password@host`), so that it can be shown. */
export const withoutCredentials = (text: string): string => text.replace(/\/\/[^/\s"]*@/g, '//…@');
