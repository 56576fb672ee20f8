import * as z from 'zod';
import { duration, size, someDuration } from '../../config/schema/values.ts';
import { incidentKinds } from '../incidents.ts';

export const accessFormats = ['combined', 'common', 'nginx'] as const;
export const messageFormats = [
  'nginx-error',
  'apache-error',
  'syslog',
  'syslog-5424',
  'python',
  'java',
  'json',
  'logfmt',
  'klog',
  'postgresql',
] as const;

const share = z.number().min(0).max(1).default(0);

const traffic = z
  .strictObject({
    /** `steady`: evenly spaced. `poisson`: by chance. `tutorial`: 100 events a second apart, then 100 within a second. */
    shape: z.enum(['steady', 'poisson', 'tutorial']).default('poisson'),
    /** Events a second, over all hosts. */
    rate: z.number().positive().max(10_000_000).default(10),
    /** The rate at night as a share of `rate`, which is that of noon (UTC). Without it the rate is the same all day. */
    night: z.number().min(0).max(1).optional(),
    /** For `for` from `at` on, and again `every`, the rate is multiplied. */
    peaks: z
      .array(
        z.strictObject({
          at: duration('0s'),
          every: someDuration.optional(),
          for: someDuration,
          times: z.number().min(0),
        }),
      )
      .default([]),
  })
  .prefault({});

const requests = z
  .strictObject({
    addresses: z
      .strictObject({
        /** `binomial`: most requests come from addresses in the middle. `zipf`: the first has most. */
        by: z.enum(['uniform', 'binomial', 'zipf']).default('zipf'),
        count: z.int().min(1).max(1_000_000).default(250),
        /** Of `zipf`. */
        exponent: z.number().positive().max(10).default(1),
      })
      .prefault({}),
    /** Weights by status. */
    statuses: z
      .record(z.string().regex(/^\d{3}$/), z.number().min(0))
      .default({ 200: 900, 304: 50, 404: 40, 500: 5, 301: 5 }),
    /** Weights by first part of the path, such as `/api`. */
    sections: z
      .record(z.string().regex(/^\/[^\s"]*$/), z.number().min(0))
      .default({ '/': 2, '/products': 5, '/api': 3, '/assets': 4, '/login': 1 }),
    methods: z.record(z.string().regex(/^[A-Z]+$/), z.number().min(0)).default({ GET: 9, POST: 1 }),
    /** Median of the time of a request; the times are log-normal. */
    latency: duration('40ms'),
  })
  .prefault({});

const message = z.strictObject({
  level: z.enum(['debug', 'info', 'warning', 'error']).default('info'),
  /** `{n}` is a number from 1 to 5,000. */
  text: z.string().min(1),
  logger: z.string().min(1).default('app.main'),
  /** Written at this period by each host, beside the traffic. Without it, one of the traffic's messages. */
  every: someDuration.refine((length) => length > 0, 'This must be more than nothing').optional(),
  /** Among the messages of the traffic. */
  weight: z.number().min(0).default(1),
});

const stream = z.strictObject({
  /** Also `event.dataset` where the output has fields. */
  name: z.string().min(1),
  format: z.enum([...accessFormats, ...messageFormats]),
  hosts: z.array(z.string().min(1)).min(1).default(['web-1']),
  traffic,
  requests,
  messages: z
    .array(message)
    .default([{ level: 'info', text: 'job {n} finished', logger: 'app.main', weight: 1 }]),
  /** Shares of the events whose stamps are not those of their writing. */
  disorder: z
    .strictObject({
      late: share,
      lateBy: duration('30s'),
      early: share,
      earlyBy: duration('30s'),
      /** Every stamp is earlier by up to this, by chance, so that lines are out of order. */
      shuffle: duration('0s'),
      wrongZone: share,
      /** Hours by which these stamps are ahead. */
      zoneOffset: z.number().min(-14).max(14).default(2),
    })
    .prefault({}),
});

const address = { host: z.string().min(1).default('127.0.0.1'), port: z.int().min(0).max(65_535) };

const output = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('file'),
    /** `{host}` and `{stream}` make a file for each. */
    path: z.string().min(1),
    /** At this size a file is renamed to `path.1`, `path.1` to `path.2`, … Without it, it grows. */
    rotateAt: size('0b'),
    keep: z.int().min(1).max(1_000).default(5),
  }),
  z.strictObject({ kind: z.literal('stdout') }),
  z.strictObject({ kind: z.literal('tcp'), ...address }),
  /** Waits for a client, and sends it the lines. */
  z.strictObject({ kind: z.literal('tcp-server'), ...address }),
  z.strictObject({ kind: z.literal('udp'), ...address }),
  /** RFC 5424 with the length in front over TCP; one message in each datagram. */
  z.strictObject({ kind: z.literal('syslog'), ...address, protocol: z.enum(['tcp', 'udp']).default('tcp') }),
  /** `bulk`: as Filebeat's `output.elasticsearch` sends. `events`: NDJSON to `POST /events`. */
  z.strictObject({ kind: z.literal('http'), url: z.url(), as: z.enum(['bulk', 'events']).default('events') }),
  z.strictObject({ kind: z.literal('lumberjack'), ...address }),
  z.strictObject({ kind: z.literal('kafka'), brokers: z.array(z.string()).min(1), topic: z.string().min(1) }),
]);

export const scenario = z.strictObject({
  /** The same seed gives the same lines. */
  seed: z.int().min(0).default(1),
  /** `simulated`: all at once, by event time from `start` on. `real`: each event when it is due, from now on. */
  clock: z.enum(['real', 'simulated']).default('real'),
  /** Event time of the start of a simulated run. ISO 8601. */
  start: z.iso.datetime({ offset: true }).default('2026-11-20T10:00:00Z'),
  /** Event time after which it ends. Without it and without `count`, a real run goes on until Ctrl-C. */
  for: someDuration.optional(),
  /** Number of events. */
  count: z.int().min(1).optional(),
  streams: z.array(stream).min(1),
  incidents: z
    .array(
      z.strictObject({
        kind: z.enum(incidentKinds),
        at: someDuration,
        for: someDuration,
        /** Without it, all hosts. */
        host: z.string().min(1).optional(),
      }),
    )
    .default([]),
  /** File for the incidents: one JSON object with kind, host, start and end in each line. */
  labels: z.string().min(1).optional(),
  output: output.prefault({ kind: 'stdout' }),
});

export type Scenario = z.infer<typeof scenario>;
export type StreamConfig = Scenario['streams'][number];
export type TrafficConfig = StreamConfig['traffic'];
export type RequestsConfig = StreamConfig['requests'];
export type OutputConfig = Scenario['output'];
export type MessageFormat = (typeof messageFormats)[number];
