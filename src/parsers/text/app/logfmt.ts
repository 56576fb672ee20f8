import type { JsonObject } from '../../../events/index.ts';
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
    return { time: Number.NaN, fields: callerOf(named), named };
  },
};

/** slog writes the place in the program as `source=/srv/app/main.go:12`, which is no source of traffic. It is taken out of the pairs. */
function callerOf(named: JsonObject): JsonObject {
  const [, file, line] = /^(\S+\.go):(\d+)$/.exec(String(named.source)) ?? [];
  if (file === undefined) return {};
  delete named.source;
  return { 'log.origin.file.name': file, 'log.origin.file.line': Number(line) };
}
