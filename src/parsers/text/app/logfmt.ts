import { logfmtPairs } from '../pairs.ts';
import { letters, type TextFormat } from '../text-format.ts';

/** logfmt, as logrus, slog's TextHandler, go-kit, Heroku and Lograge write it: nothing but `key=value` pairs, at least two. */
export const logfmt: TextFormat = {
  name: 'logfmt',
  words: 'logfmt',
  first: `${letters}@_`,
  parse(line) {
    if (!/^[\w@.-]+=/.test(line)) return undefined;
    const named = logfmtPairs(line);
    if (named === undefined || Object.keys(named).length < 2) return undefined;
    return { time: Number.NaN, fields: {}, named };
  },
};
