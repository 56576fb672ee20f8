import { unescapeLog } from '../../access/access-fields.ts';
import { readStamp } from '../stamps.ts';
import { nanos, numberOf, patternFormat, type TextFormat, textOf } from '../text-format.ts';
import { addressFields, requestLineFields, webFields } from './request-fields.ts';

/** The default format of Envoy, and that of Istio, which adds why a response came from the proxy, and the addresses of the connection. */
const line =
  /^\[(?<stamp>\d{4}-\d\d-\d\dT[\d:.]+Z)\] "(?<request>(?:[^"\\]|\\.)*)" (?<status>\d{1,3}) (?<flags>\S+) (?:(?<details>\S+) \S+ "(?<failure>[^"]*)" )?(?<received>\d+|-) (?<sent>\d+|-) (?<duration>\d+|-) (?:\d+|-) "(?<forwarded>[^"]*)" "(?<agent>(?:[^"\\]|\\.)*)" "(?<id>[^"]*)" "(?<authority>[^"]*)" "(?<upstream>[^"]*)"(?: (?<cluster>\S+) \S+ \S+ (?<downstream>\S+) .*)?\s*$/;

/** Access logs of Envoy and Istio, as their proxies write them by default. */
export const envoy: TextFormat = patternFormat({
  name: 'envoy',
  words: 'Envoy',
  first: '[',
  pattern: line,
  read(groups, context) {
    const time = readStamp(groups.stamp, context);
    if (Number.isNaN(time)) return undefined;
    const client = textOf(groups.forwarded)?.split(',', 1)[0]?.trim() ?? groups.downstream;
    const request = requestLineFields(unescapeLog(groups.request ?? ''));
    return {
      time,
      fields: {
        ...webFields(numberOf(groups.status)),
        ...request,
        ...addressFields(client),
        ...addressFields(groups.upstream?.replace(/^\w+:\/\//, ''), 'destination'),
        'event.duration': nanos(groups.duration, 'ms'),
        'event.reason': textOf(groups.flags),
        'error.message': textOf(groups.failure),
        'http.request.id': textOf(groups.id),
        'http.request.body.bytes': numberOf(groups.received),
        'http.response.body.bytes': numberOf(groups.sent),
        'url.domain': textOf(groups.authority)?.replace(/:\d+$/, '') ?? request['url.domain'],
        'user_agent.original': textOf(unescapeLog(groups.agent ?? '')),
        // `outbound|9080||shop.default.svc.cluster.local`.
        'service.name': textOf(groups.cluster?.split('|').at(-1)),
      },
    };
  },
});
