/** As much of a text as fits into so many bytes of UTF-8, without half a character. */
export function cutToBytes(text: string, most: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return text;
  let end = most;
  // A byte that goes on with a character begins with the bits 10.
  while ((bytes[end]! & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}

/**
 * C0 and C1 controls, delete, line and paragraph separators, and the marks that turn the direction of text
 * around: on a terminal each could hide or forge what is beside it.
 */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** A text of unknown origin as it may stand on one line of a terminal or a log: what cannot be seen is written `\u001b`. */
export function printable(text: string): string {
  return text.replace(unprintable, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Addresses as they may be shown: a login in front of the host (`https://user:password@host`) is left out. */
export const withoutCredentials = (text: string): string => text.replace(/\/\/[^/\s"]*@/g, '//…@');
