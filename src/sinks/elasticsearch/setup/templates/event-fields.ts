import { date, ip, kept, keyword, long, object, point, text } from './template.ts';

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

export const error = object({
  message: text,
  type: keyword,
  code: keyword,
  id: keyword,
  stack_trace: text,
});

/** What an enrichment knows of an address (`parsers.enrich`). */
const place = {
  address_scope: keyword,
  geo: object({
    continent_name: keyword,
    continent_code: keyword,
    country_iso_code: keyword,
    country_name: keyword,
    region_iso_code: keyword,
    region_name: keyword,
    city_name: keyword,
    postal_code: keyword,
    timezone: keyword,
    location: point,
  }),
  as: object({ number: long, organization: object({ name: keyword }) }),
};

/** Fields of messages of syslog. */
const syslog = object({
  priority: long,
  version: keyword,
  facility: object({ code: long, name: keyword }),
  severity: object({ code: long, name: keyword }),
  appname: keyword,
  procid: keyword,
  msgid: keyword,
  hostname: keyword,
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
    syslog,
  }),
  http: object({
    version: keyword,
    request: object({ method: keyword, referrer: keyword, id: keyword, bytes: long }),
    response: object({ status_code: long, bytes: long, body: object({ bytes: long }) }),
  }),
  url: object({ path: keyword, original: keyword, full: keyword, query: keyword, domain: keyword }),
  source: object({ ip, address: keyword, domain: keyword, port: long, ...place }),
  client: object({ ip, ...place }),
  destination: object({ ip, ...place }),
  server: object({ ip, ...place }),
  user_agent: object({
    ...{ original: keyword, name: keyword, version: keyword },
    os: object({ name: keyword, version: keyword, full: keyword }),
    device: object({ name: keyword }),
  }),
  user: object({ name: keyword, id: keyword, effective: object({ name: keyword }) }),
  host: object({ name: keyword, hostname: keyword, ip }),
  agent: object({ id: keyword, type: keyword, name: keyword, version: keyword, ephemeral_id: keyword }),
  service: object({ name: keyword, type: keyword, environment: keyword, version: keyword }),
  process: object({
    name: keyword,
    pid: long,
    command_line: keyword,
    thread: object({ id: long, name: keyword }),
  }),
  trace: object({ id: keyword }),
};
