import type { JsonObject } from '../../../events/index.ts';
import { readStamp } from '../stamps.ts';
import { nanos, numberOf, type TextFormat, textOf } from '../text-format.ts';
import { quotedWords } from './quoted-words.ts';
import { addressFields, requestLineFields, webFields } from './request-fields.ts';

const applicationTypes = new Set(['http', 'https', 'h2', 'grpcs', 'ws', 'wss']);

/** Access logs of AWS Application Load Balancers, and of classic ones. Fields that later versions append may be missing. */
export const alb: TextFormat = {
  name: 'alb',
  words: "an AWS load balancer's access log",
  first: 'hgw12',
  parse(line, context) {
    if (!/^(?:[a-z]\w+ )?\d{4}-\d\d-\d\dT[\d:.]+Z \S+ \S+:\d+ /.test(line)) return undefined;
    const words = quotedWords(line);
    const type = applicationTypes.has(words[0]!) ? words.shift() : undefined;
    const time = readStamp(words[0], context);
    if (Number.isNaN(time)) return undefined;
    const [, name, client, target, ...rest] = words;
    const [
      request,
      processing,
      response,
      status,
      targetStatus,
      received,
      sent,
      requestLine,
      agent,
      cipher,
      tls,
    ] = rest;
    const more = type === undefined ? {} : applicationFields(rest.slice(11));
    return {
      time,
      fields: {
        ...webFields(numberOf(status)),
        'cloud.provider': 'aws',
        'aws.elb.type': type ?? 'classic',
        'aws.elb.name': name,
        ...addressFields(client),
        ...addressFields(target, 'destination'),
        'aws.elb.request_processing_time.sec': seconds(request),
        'aws.elb.backend_processing_time.sec': seconds(processing),
        'aws.elb.response_processing_time.sec': seconds(response),
        'event.duration': durationOf([request, processing, response]),
        'aws.elb.backend.http.response.status_code': numberOf(targetStatus),
        'http.request.bytes': numberOf(received),
        'http.response.bytes': numberOf(sent),
        ...(requestLine?.startsWith('- ') ? {} : requestLineFields(requestLine)),
        'user_agent.original': textOf(agent),
        'tls.cipher': textOf(cipher),
        'aws.elb.ssl_protocol': textOf(tls),
        ...more,
      },
      failure: requestLine === undefined ? 'the line ends before the request' : undefined,
    };
  },
};

/** A time of -1 means that the target did not answer. */
const seconds = (text: string | undefined) => (text?.startsWith('-') ? undefined : numberOf(text));

function durationOf(parts: (string | undefined)[]): number | undefined {
  const known = parts.map((part) => ((text) => (text?.startsWith('-') ? undefined : nanos(text, 's')))(part));
  return known.includes(undefined) ? undefined : known.reduce<number>((sum, part) => sum + part!, 0);
}

function applicationFields(words: string[]): JsonObject {
  const [group, trace, domain, certificate, priority, , actions, redirect, reason] = words;
  return {
    'aws.elb.target_group.arn': textOf(group),
    'aws.elb.trace_id': textOf(trace),
    'destination.domain': textOf(domain),
    'aws.elb.chosen_cert.arn': textOf(certificate),
    'aws.elb.matched_rule_priority': textOf(priority),
    'aws.elb.action_executed': textOf(actions)?.split(','),
    'aws.elb.redirect_url': textOf(redirect),
    'aws.elb.error.reason': textOf(reason),
  };
}
