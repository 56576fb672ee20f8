import { levelNames } from '../levels.ts';
import { capitals, digits } from '../text-format.ts';
import { appFormat } from './app-line.ts';

const stamps = [
  '\\d{4}-\\d\\d-\\d\\d[ T]\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?: ?(?:Z|UTC|GMT|[+-]\\d\\d:?\\d\\d))?',
  '\\d{4}[/.]\\d\\d[/.]\\d\\d \\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?',
  '\\d\\d[/-][A-Z][a-z]{2}[/-]\\d{4}[: ]\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?: [+-]\\d{4})?',
  '[A-Z][a-z]{2},? \\d{1,2} [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d(?: (?:[A-Z]{3}|[+-]\\d{4}))?',
  '[A-Z][a-z]{2} [A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6})? \\d{4}',
  '[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?',
].join('|');
const level = `(?<level>${levelNames}|[Tt]race|[Dd]ebug|[Ii]nfo|[Nn]otice|[Ww]arn|[Ww]arning|[Ee]rror|[Ff]atal|[Cc]ritical)`;

/** A time, perhaps in brackets; a level, perhaps in brackets or with a colon; a message. */
export const generic = appFormat({
  name: 'generic',
  words: 'time, level and message',
  first: `${capitals}${digits}[`,
  layouts: [
    `^\\[?(?<stamp>${stamps})\\]?(?: ?[-|:] ?| +)(?:\\[(?<thread>[^\\]]*)\\] )?[[(<]?${level}[\\])>]?(?::| ?-| ?\\|)?(?:\\s+|$)(?<message>.*)$`,
  ].map((layout) => new RegExp(layout, 's')),
});
