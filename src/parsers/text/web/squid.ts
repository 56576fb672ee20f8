import { nanos, numberOf, patternFormat, textOf } from '../text-format.ts';
import { addressFields, requestLineFields, webFields } from './request-fields.ts';

/** Squid's native access log: `time elapsed client result/status bytes method URL user hierarchy/peer type`. */
export const squid = patternFormat({
  name: 'squid',
  words: "Squid's access log",
  first: '123456789',
  pattern:
    /^(?<stamp>\d{9,11}\.\d{3}) +(?<elapsed>-?\d+) (?<client>\S+) (?<result>[A-Z][A-Z_]*)\/(?<status>\d{3}) (?<bytes>\d+) (?<method>[A-Z_-]+) (?<url>\S+) (?<user>\S+) (?<hierarchy>[A-Z_]+)\/(?<peer>\S+) (?<type>\S+)/,
  read({ stamp, elapsed, client, result, status, bytes, method, url, user, hierarchy, peer, type }) {
    return {
      time: Math.round(Number(stamp) * 1000),
      fields: {
        ...webFields(Number(status)),
        ...addressFields(client),
        ...addressFields(peer, 'destination'),
        ...requestLineFields(method === 'NONE' ? undefined : `${method} ${url}`),
        'user.name': textOf(user),
        'http.response.bytes': numberOf(bytes),
        'http.response.mime_type': textOf(type),
        'event.duration': nanos(elapsed, 'ms'),
        'squid.result': result,
        'squid.hierarchy': hierarchy,
      },
    };
  },
});
