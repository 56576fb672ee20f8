import { readRequest } from '../../access/line-parts.ts';
import { levelOf } from '../levels.ts';
import { readStamp } from '../stamps.ts';
import { type Groups, ipOf, nanos, type TextFormat } from '../text-format.ts';

/** Ruby's Logger: `I, [2026-11-20T10:00:00.123456 #123]  INFO -- program: message`. */
const logger =
  /^[DIWEFA], \[(?<stamp>\S+?) #(?<pid>\d+)\] +(?<level>[A-Z]+) -- (?<program>[^:]*): (?<message>.*)$/s;
const tags = /^(?:\[(?<id>[\da-f-]{20,40})\] )?(?<text>.*)$/s;
const started =
  /^Started (?<method>[A-Z]+) "(?<url>[^"]*)" for (?<address>\S+) at (?<stamp>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4})$/;
const processing = /^Processing by (?<controller>[\w:]+)#(?<action>\w+) as (?<format>\S+)$/;
const completed = /^Completed (?<status>\d{3}) [\w' -]*? ?in (?<duration>[\d.]+)ms(?: \((?<parts>.*)\))?$/;

/** Rails: requests (`Started`, `Processing`, `Completed`) and Ruby's Logger, with the request's id as tag. */
export const rails: TextFormat = {
  name: 'rails',
  words: 'Rails or Ruby',
  first: 'DIWEFASPC[',
  parse(line, context) {
    const head = logger.exec(line)?.groups;
    const { id, text = '' } = tags.exec(head?.message ?? line)!.groups as Groups;
    const request = requestFields(text);
    if (head === undefined && request === undefined) return undefined;
    const time = readStamp(head?.stamp ?? request?.stamp, context);
    if (head !== undefined && Number.isNaN(time)) return undefined;
    return {
      time,
      fields: {
        'log.level': levelOf(head?.level),
        'process.pid': head === undefined ? undefined : Number(head.pid),
        'process.name': head?.program?.trim() || undefined,
        'http.request.id': id,
        message: text,
        ...request?.fields,
      },
    };
  },
};

function requestFields(
  text: string,
): { stamp?: string | undefined; fields: Record<string, unknown> } | undefined {
  const start = started.exec(text)?.groups;
  if (start) {
    const { method, url, address, stamp } = start;
    const { path, query } = readRequest(`${method} ${url}`);
    const fields = {
      'http.request.method': method,
      'url.original': url,
      'url.path': path,
      'url.query': query,
      'source.address': address,
      'source.ip': ipOf(address),
    };
    return { stamp, fields };
  }
  const begin = processing.exec(text)?.groups;
  if (begin)
    return {
      fields: {
        'rails.controller.class': begin.controller,
        'rails.controller.action': begin.action,
        'rails.request.format': begin.format,
      },
    };
  const end = completed.exec(text)?.groups;
  if (!end) return undefined;
  const part = (name: string) => nanos(new RegExp(`${name}: ([\\d.]+)ms`).exec(end.parts ?? '')?.[1], 'ms');
  return {
    fields: {
      'http.response.status_code': Number(end.status),
      'event.duration': nanos(end.duration, 'ms'),
      'event.outcome': Number(end.status) < 400 ? 'success' : 'failure',
      'rails.request.duration.view': part('Views'),
      'rails.request.duration.active_record': part('ActiveRecord'),
    },
  };
}
