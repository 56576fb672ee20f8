import type { Millis } from '../model.ts';
import { accessLine } from './access-line.ts';
import { between, type Random, seededRandom } from './random.ts';

/** Makes the document of an event at a time. Successive calls continue the same log file. */
export type DocumentMaker = (at: Millis) => string;

export interface TrafficOptions {
  /** The same seed gives the same traffic. */
  seed?: number;
  host?: string;
  path?: string;
}

const VERSION = '7.17.29';

/** The access log of a web server as Filebeat ships it: one JSON object per event, with the fields and order of Filebeat. */
export function accessTraffic({
  seed = 1,
  host = 'web-1',
  path = '/var/log/nginx/access.log',
}: TrafficOptions = {}): DocumentMaker {
  const random = seededRandom(seed);
  const agent = agentOf(random, host);
  let offset = 0;
  return (at) => {
    const message = accessLine(random, at);
    const document = JSON.stringify({
      '@timestamp': new Date(at).toISOString(),
      '@metadata': { beat: 'filebeat', type: '_doc', version: VERSION },
      message,
      input: { type: 'filestream' },
      agent,
      ecs: { version: '1.12.0' },
      host: { name: host },
      event: { dataset: 'nginx.access' },
      log: { offset, file: { path } },
    });
    // The line end counts: Filebeat continues to read after it.
    offset += Buffer.byteLength(message) + 1;
    return document;
  };
}

const agentOf = (random: Random, host: string) => ({
  type: 'filebeat',
  version: VERSION,
  hostname: host,
  ephemeral_id: uuid(random),
  id: uuid(random),
  name: host,
});

/** A UUID (version 4) from the seeded random numbers. */
function uuid(random: Random): string {
  return 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, () => between(random, 0, 15).toString(16));
}

const QUIET_EVENTS = 100;
const QUIET_GAP = 1_000;
const BURST_EVENTS = 100;
const BURST_GAP = 10;

/** Events, those before the burst, and length of one round: 100 events a second apart, then 100 events 10 ms apart. */
export const tutorialRound = {
  events: QUIET_EVENTS + BURST_EVENTS,
  quiet: QUIET_EVENTS,
  length: QUIET_EVENTS * QUIET_GAP + BURST_EVENTS * BURST_GAP,
} as const;

/**
 * Endless traffic of the tutorial, as offsets from its start. The burst starts at 100 s, so the fifth event within one
 * second is event 105 at 100.040 s.
 */
export function* tutorialSchedule(): Generator<Millis, never> {
  for (let round = 0; ; round += tutorialRound.length) {
    for (let i = 0; i < QUIET_EVENTS; i++) yield round + i * QUIET_GAP;
    for (let i = 0; i < BURST_EVENTS; i++) yield round + QUIET_EVENTS * QUIET_GAP + i * BURST_GAP;
  }
}

/** Endless evenly spaced events, as offsets. Offsets may be fractions of milliseconds. */
export function* steadySchedule(eventsPerSecond: number): Generator<Millis, never> {
  for (let i = 0; ; i++) yield (i * 1_000) / eventsPerSecond;
}
