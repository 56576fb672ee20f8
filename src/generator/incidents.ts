import type { Millis } from '../model.ts';
import { accessLine, type Given } from './access-line.ts';
import { between, pick, type Random, seededRandom } from './random.ts';

export const incidentKinds = ['burst', 'error wave', 'slow drift', 'silence', 'scanner', 'flapping'] as const;
export type IncidentKind = (typeof incidentKinds)[number];

/** A labelled incident, which a rule should find. `[start, end)` is event time. */
export interface Incident {
  kind: IncidentKind;
  host: string;
  start: Millis;
  end: Millis;
}

/** A request as a shipper sends it. */
interface PlayedEvent {
  at: Millis;
  document: string;
}

interface Day {
  incidents: Incident[];
  /** Ordered by time. */
  events: Iterable<PlayedEvent>;
}

interface DayOptions {
  /** The same seed gives the same day. */
  seed?: number;
  /** Event time of its start. */
  start: Millis;
  /** Number of incidents of each kind. */
  times?: number;
  hosts?: readonly string[];
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Usual requests per second of one host, at the quietest and at the busiest time of the day. */
const [quietest, busiest] = [0.5, 1.5];
const shop = ['web-1', 'web-2', 'web-3'];
/** Time between two incidents, so that it is clear which one a rule found. */
const gap = [15 * MINUTE, 25 * MINUTE] as const;
const lengths: Record<IncidentKind, readonly [Millis, Millis]> = {
  burst: [20 * SECOND, 90 * SECOND],
  'error wave': [3 * MINUTE, 8 * MINUTE],
  'slow drift': [20 * MINUTE, 30 * MINUTE],
  silence: [3 * MINUTE, 8 * MINUTE],
  scanner: [2 * MINUTE, 5 * MINUTE],
  flapping: [6 * MINUTE, 10 * MINUTE],
};

/** Traffic of a web shop with labelled incidents, one after another, each on one host. */
export function labelledDay({ seed = 1, start, times = 3, hosts = shop }: DayOptions): Day {
  const random = seededRandom(seed);
  const incidents: Incident[] = [];
  let at = start + between(random, ...gap);
  const kinds = Array.from({ length: times }, () => shuffled(random, incidentKinds)).flat();
  for (const kind of kinds) {
    const end = at + between(random, ...lengths[kind]);
    incidents.push({ kind, host: pick(random, hosts), start: at, end });
    at = end + between(random, ...gap);
  }
  return { incidents, events: eventsOf(incidents, hosts, start, at, random) };
}

function shuffled<T>(random: Random, from: readonly T[]): T[] {
  return from
    .map((value) => [random(), value] as const)
    .sort(([a], [b]) => a - b)
    .map(([, value]) => value);
}

/** Generates the events second by second, so that memory holds the events of one second only. */
function* eventsOf(
  incidents: readonly Incident[],
  hosts: readonly string[],
  start: Millis,
  end: Millis,
  random: Random,
): Generator<PlayedEvent> {
  for (let second = start; second < end; second += SECOND) {
    const present = incidents.filter((one) => one.start < second + SECOND && second < one.end);
    const made = hosts.flatMap((host) => {
      const own = present.find((one) => one.host === host);
      return requestsOf(random, second, own).map((given) => eventOf(random, host, second, given));
    });
    yield* made.sort((one, other) => one.at - other.at);
  }
}

/** The requests to a host within a second. */
function requestsOf(random: Random, second: Millis, incident: Incident | undefined): Given[] {
  const day = (second / (24 * 60 * MINUTE)) * 2 * Math.PI;
  const usual = quietest + ((busiest - quietest) * (1 - Math.cos(day))) / 2;
  const count = Math.floor(usual * (0.6 + 0.8 * random()) + random());
  const requests: Given[] = Array.from({ length: count }, () => ({}));
  return incident ? withIncident(random, requests, incident, second) : requests;
}

function withIncident(
  random: Random,
  requests: Given[],
  { kind, start, end }: Incident,
  second: Millis,
): Given[] {
  const share = (second - start) / (end - start);
  const failing = (chance: number) =>
    requests.map((request) =>
      random() < chance ? { ...request, status: pick(random, [500, 502, 503]) } : request,
    );
  switch (kind) {
    case 'burst':
      return [...requests, ...Array.from({ length: between(random, 25, 40) }, () => ({}))];
    case 'error wave':
      return failing(0.45);
    case 'slow drift':
      return failing(0.4 * Math.max(0, share));
    case 'silence':
      return [];
    case 'scanner':
      return [...requests, ...Array.from({ length: between(random, 4, 8) }, () => probe(random))];
    case 'flapping':
      return failing(Math.floor((second - start) / MINUTE) % 2 === 0 ? 0.6 : 0);
  }
}

const probes = [
  '/.env',
  '/wp-login.php',
  '/.git/config',
  '/phpmyadmin/',
  '/admin/config.php',
  '/cgi-bin/luci',
];

/** A request of a scanner: one address asks one host for pages that do not exist. */
const probe = (random: Random): Given => ({
  method: 'GET',
  path: `${pick(random, probes)}?${between(random, 1, 99)}`,
  status: 404,
  address: '203.0.113.66',
});

function eventOf(random: Random, host: string, second: Millis, given: Given): PlayedEvent {
  const at = second + between(random, 0, 999);
  const document = JSON.stringify({
    '@timestamp': new Date(at).toISOString(),
    message: accessLine(random, at, given),
    agent: { name: host },
    host: { name: host },
    event: { dataset: 'nginx.access' },
  });
  return { at, document };
}
