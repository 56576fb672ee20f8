import { RE2JS } from 're2js';
import type { Millis } from '../../model.ts';
import { type Continuation, languages } from './languages.ts';

/** How lines become events, as it is configured. Either `language` or `pattern` is set. */
export interface MultilineSettings {
  language?: keyof typeof languages | undefined;
  pattern?: string | undefined;
  negate: boolean;
  match: 'after' | 'before';
  maxLines: number;
  timeout: Millis;
}

/** Decides where events begin and end. */
export interface Multiline {
  /**
   * `after`: lines that continue follow the event's first line. `before`: lines that continue precede the event's
   * last line.
   */
  match: 'after' | 'before';
  continues: Continuation;
  /** Lines beyond so many are left out of an event. */
  maxLines: number;
  /** After so long without a further line an event is complete. */
  timeout: Millis;
}

export function createMultiline(settings: MultilineSettings): Multiline {
  const { language, pattern, negate, match, maxLines, timeout } = settings;
  if (language !== undefined) return { match: 'after', continues: languages[language], maxLines, timeout };
  const matcher = RE2JS.compile(pattern ?? '');
  return { match, continues: (line) => matcher.matcher(line).find() !== negate, maxLines, timeout };
}
