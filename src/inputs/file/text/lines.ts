/** How a text's lines end in bytes: how many bytes a newline has, and where its 0x0A lies among them. */
export interface NewlineForm {
  width: 1 | 2;
  /** Index of 0x0A within the newline. */
  place: 0 | 1;
}

export const oneByte: NewlineForm = { width: 1, place: 0 };
export const utf16le: NewlineForm = { width: 2, place: 0 };
export const utf16be: NewlineForm = { width: 2, place: 1 };

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Index of the first byte of the newline at or after `at`, or -1. `at` is at the beginning of a character. */
export function newlineAt(bytes: Buffer, at: number, form: NewlineForm): number {
  if (form.width === 1) return bytes.indexOf(LINE_FEED, at);
  for (let found = bytes.indexOf(LINE_FEED, at); found !== -1; found = bytes.indexOf(LINE_FEED, found + 1)) {
    const start = found - form.place;
    const other = bytes[start + 1 - form.place];
    if ((start - at) % 2 === 0 && start >= at && start + 1 < bytes.length && other === 0) return start;
  }
  return -1;
}

/** Where a line's text ends: before its newline, and before the carriage return in front of that. */
export function endOfText(bytes: Buffer, from: number, newline: number, form: NewlineForm): number {
  const before = newline - form.width;
  if (before < from || bytes[before + form.place] !== CARRIAGE_RETURN) return newline;
  return form.width === 1 || bytes[before + 1 - form.place] === 0 ? before : newline;
}
