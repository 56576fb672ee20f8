import type { Millis } from '../../model.ts';
import type { Incident } from '../incidents.ts';
import type { Random } from '../random.ts';
import { type Arrivals, arrivals } from './arrivals.ts';
import { MessageLines } from './messages.ts';
import { RequestLines, type Trouble } from './requests.ts';
import type { StreamConfig } from './schema.ts';

/** Where a line is from. */
export interface LineSource {
  stream: string;
  host: string;
}

/** Something that writes lines, one after the other. */
export interface Writer {
  /** When the next line is written. */
  at: Millis;
  /** Writes it, and moves `at`. Undefined where an incident keeps the host from writing. */
  write(): string | undefined;
  /** Of the line that was written last. */
  source: LineSource;
}

const calm: Trouble = { failing: 0, scans: false };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What happens to a host at a time. */
class Troubles {
  readonly #incidents: readonly Incident[];

  constructor(incidents: readonly Incident[]) {
    this.#incidents = incidents;
  }

  get isEmpty(): boolean {
    return this.#incidents.length === 0;
  }

  at(at: Millis, host: string): Incident | undefined {
    return this.#incidents.find(
      (one) => one.start <= at && at < one.end && (one.host === '' || one.host === host),
    );
  }

  /** The burst or scan at a time, in which ten times as much is written. */
  surge(at: Millis): Incident | undefined {
    return this.#incidents.find(
      ({ kind, start, end }) => (kind === 'burst' || kind === 'scanner') && start <= at && at < end,
    );
  }
}

function troubleOf({ kind, start, end }: Incident, at: Millis, random: Random): Trouble {
  const share = (at - start) / (end - start);
  switch (kind) {
    case 'error wave':
      return { failing: 0.45, scans: false };
    case 'slow drift':
      return { failing: 0.4 * share, scans: false };
    case 'flapping':
      return { failing: Math.floor((at - start) / MINUTE) % 2 === 0 ? 0.6 : 0, scans: false };
    case 'scanner':
      return { failing: 0, scans: random() < 0.9 };
    default:
      return calm;
  }
}

/** The writers of a stream: its traffic, and one for each periodic message of each host. `incidents` are those of its hosts. */
export function writersOf(
  config: StreamConfig,
  start: Millis,
  random: Random,
  incidents: readonly Incident[],
): Writer[] {
  const troubles = new Troubles(incidents);
  const stamp = stamps(config, random);
  const sources = config.hosts.map((host) => ({ stream: config.name, host }));
  const isAccess = config.format === 'combined' || config.format === 'common' || config.format === 'nginx';
  if (isAccess) {
    const lines = new RequestLines(config.format as 'combined', config.requests, random);
    const times = arrivals(config.traffic, start, random, burstOf(troubles));
    const line = (at: Millis, _: string, trouble: Trouble | undefined) => lines.line(stamp(at), trouble);
    return [new Traffic(times, sources, random, troubles, line)];
  }
  const lines = new MessageLines(config.format as 'json', config.messages, random);
  const line = (at: Millis, host: string, trouble: Trouble | undefined) =>
    lines.line(stamp(at), host, trouble?.failing);
  const traffic = lines.hasTraffic
    ? [
        new Traffic(
          arrivals(config.traffic, start, random, burstOf(troubles)),
          sources,
          random,
          troubles,
          line,
        ),
      ]
    : [];
  const periodic = config.messages.flatMap((message) => {
    const { every } = message;
    if (every === undefined) return [];
    return sources.map((source) => {
      const times = arrivals({ shape: 'steady', rate: 1_000 / every, peaks: [] }, start, random);
      const say = (at: Millis, host: string) => lines.say(stamp(at), host, message);
      return new Traffic(times, [source], random, troubles, say);
    });
  });
  return [...traffic, ...periodic];
}

const burstOf = (troubles: Troubles) =>
  troubles.isEmpty ? undefined : (at: Millis) => (troubles.surge(at) ? 10 : 1);

class Traffic implements Writer {
  at: Millis;
  source: LineSource;
  readonly #times: Arrivals;
  readonly #sources: readonly LineSource[];
  readonly #random: Random;
  readonly #troubles: Troubles;
  readonly #line: (at: Millis, host: string, trouble: Trouble | undefined) => string;

  constructor(
    times: Arrivals,
    sources: readonly LineSource[],
    random: Random,
    troubles: Troubles,
    line: (at: Millis, host: string, trouble: Trouble | undefined) => string,
  ) {
    this.#times = times;
    this.#sources = sources;
    this.#random = random;
    this.#troubles = troubles;
    this.#line = line;
    this.source = sources[0]!;
    this.at = times.next();
  }

  write(): string | undefined {
    const { at } = this;
    this.at = this.#times.next();
    if (this.#sources.length > 1)
      this.source = this.#sources[Math.floor(this.#random() * this.#sources.length)]!;
    if (this.#troubles.isEmpty) return this.#line(at, this.source.host, undefined);
    this.#surge(at);
    const incident = this.#troubles.at(at, this.source.host);
    if (incident === undefined) return this.#line(at, this.source.host, undefined);
    if (incident.kind === 'silence') return undefined;
    return this.#line(at, this.source.host, troubleOf(incident, at, this.#random));
  }

  /** What is more than usual is of the host of the burst. */
  #surge(at: Millis): void {
    const surge = this.#troubles.surge(at);
    if (surge === undefined || surge.host === '' || this.#random() > 0.9) return;
    this.source = this.#sources.find(({ host }) => host === surge.host) ?? this.source;
  }
}

/** The stamp of a line that is written at a time. */
function stamps({ disorder }: StreamConfig, random: Random): (at: Millis) => Millis {
  const { late, lateBy, early, earlyBy, shuffle, wrongZone, zoneOffset } = disorder;
  if (late + early + shuffle + wrongZone === 0) return (at) => at;
  return (at) => {
    const dice = random();
    const stamp = shuffle === 0 ? at : at - random() * shuffle;
    if (dice < late) return stamp - lateBy;
    if (dice < late + early) return stamp + earlyBy;
    return dice < late + early + wrongZone ? stamp + zoneOffset * HOUR : stamp;
  };
}
