/**
 * C0 and C1 controls, delete, line and paragraph separators, and the marks that turn the direction of text
 * around: on a terminal each could hide or forge what is beside it.
 */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** A text of unknown origin as it may stand on one line of a terminal or a log: what cannot be seen is written `\u001b`. */
export function printable(text: string): string {
  return text.replace(unprintable, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
