import { date, double, ip, kept, keyword, long, object, text } from './template.ts';

/** Present in every document of every stream. */
export const base = {
  '@timestamp': date,
  message: text,
  tags: keyword,
  ecs: object({ version: keyword }),
  data_stream: object({ type: keyword, dataset: keyword, namespace: keyword }),
};

export const event = object({
  id: keyword,
  severity: long,
  kind: keyword,
  dataset: keyword,
  module: keyword,
  category: keyword,
  type: keyword,
  outcome: keyword,
  action: keyword,
  created: date,
  ingested: date,
  start: date,
  end: date,
  duration: long,
  original: kept,
});

export const rule = object({ id: keyword, uuid: keyword, name: keyword, category: keyword });

export const error = object({
  message: text,
  type: keyword,
  code: keyword,
  id: keyword,
  stack_trace: text,
});

/** Fields that Filebeat and the parsers set, with the types of ECS. */
export const logFields = {
  event,
  error,
  log: object({
    level: keyword,
    logger: keyword,
    offset: long,
    file: object({ path: keyword }),
    origin: object({ function: keyword, file: object({ name: keyword, line: long }) }),
  }),
  http: object({
    version: keyword,
    request: object({ method: keyword, referrer: keyword, id: keyword, bytes: long }),
    response: object({ status_code: long, bytes: long, body: object({ bytes: long }) }),
  }),
  url: object({ path: keyword, original: keyword, full: keyword, query: keyword, domain: keyword }),
  source: object({ ip, address: keyword, domain: keyword, port: long }),
  user_agent: object({ original: keyword, name: keyword, version: keyword }),
  user: object({ name: keyword }),
  host: object({ name: keyword, hostname: keyword, ip }),
  agent: object({ id: keyword, type: keyword, name: keyword, version: keyword, ephemeral_id: keyword }),
  service: object({ name: keyword, type: keyword, environment: keyword, version: keyword }),
  process: object({ name: keyword, pid: long, thread: object({ id: long, name: keyword }) }),
  trace: object({ id: keyword }),
};

/** Times are event times; a window is `[start, end)`. */
export const window = object({ start: date, end: date });
/** A measure may be a fraction although its first value is an integer. */
export const measured = { value: double, peak: double, threshold: double };
