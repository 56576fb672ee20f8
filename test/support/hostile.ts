/** Texts that a sender may put into a field, and that would act on a terminal or forge a line of a log. */
export const hostile: [what: string, text: string][] = [
  ['an escape sequence that clears the screen', '\u001b[2J'],
  ['one that sets the title', '\u001b]0;title\u0007'],
  ['a C1 control sequence', '\u009b2J'],
  ['a C1 string', '\u0090q\u009c'],
  ['a carriage return', '\rnothing happened'],
  ['backspaces', '\b\b\b'],
  ['a bell', '\u0007'],
  ['a NUL', '\u0000'],
  ['a delete', '\u007f'],
  ['a right-to-left override', '\u202e'],
  ['an isolate', '\u2066'],
  ['a line separator', '\u2028forged'],
  ['a next line', '\u0085forged'],
];

/** All of them in one text. */
export const hostileText = hostile.map(([, text]) => text).join('x');

/** What must never be printed, beside line breaks of the command's own. */
export const acting = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

/** Whether a whole text may be printed. */
export const isHarmless = (text: string): boolean => !acting.test(text.replaceAll('\n', ''));
