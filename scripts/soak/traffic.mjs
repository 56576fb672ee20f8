// Lines with a time of their own, and what must become of them: counted here by brute force, line by line.
import { seededRandom } from '../../dist/generator/random.js';

const DAY = 24 * 3_600_000;
const SECOND = 1_000;
export const rules = [
  { name: 'counted', over: '1s', lateness: '2s' },
  {
    name: 'burst',
    by: ['host.name'],
    over: '1s',
    lateness: '2s',
    when: '>= 10',
    severity: 'high',
    message: '{{host.name}} sent {{value}} lines within a second',
    notify: ['ops'],
  },
];
const BURST = 10;
/** So many hosts take turns to burst that none of them does so four times within ten minutes, which is flapping. */
const hosts = Array.from({ length: 60 }, (_, number) => `web-${number}`);

/** One stream of lines in the order of their times, which lie in the past: the clock on the wall has no say. */
export class Traffic {
  /** Lines per host and second: `second → host → lines`. */
  counts = new Map();
  /** Times of the first line and of the line that makes a burst, for each host and second that has one: `host second → times`. */
  moments = new Map();
  #firsts = new Map();
  #counting;
  sent = 0;
  #random;
  #second;
  #bursts = 0;
  #waiting = [];
  #density;

  /** `density`: how many times the least number of lines a second has. */
  constructor(seed, density = 1, start = Math.floor((Date.now() - 30 * DAY) / SECOND) * SECOND) {
    this.#random = seededRandom(seed);
    this.#second = start;
    this.#density = density;
  }

  /** The next lines, as JSON documents. */
  take(count) {
    while (this.#waiting.length < count) this.#addSecond();
    this.sent += count;
    return this.#waiting.splice(0, count).map((line) => JSON.stringify(this.#count(line)));
  }

  /** Ends the second in hand, and tells with a last line, an hour later, that nothing comes before it any more. */
  last() {
    const lines = this.#waiting.splice(0).map((line) => JSON.stringify(this.#count(line)));
    this.sent += lines.length + 1;
    const line = this.#line(this.#second + 3_600 * SECOND, 'the-last');
    return [...lines, JSON.stringify({ ...line, number: this.sent - 1 })];
  }

  #count(line) {
    const time = Date.parse(line['@timestamp']);
    const second = Math.floor(time / SECOND) * SECOND;
    this.#time(line.host.name, second, time);
    const byHost = this.counts.get(second) ?? new Map();
    byHost.set(line.host.name, (byHost.get(line.host.name) ?? 0) + 1);
    this.counts.set(second, byHost);
    return { ...line, number: this.#number++ };
  }
  #number = 0;

  /** Lines come in the order of their times, so only the first ones of the present second are kept. */
  #time(host, second, time) {
    if (second !== this.#counting) this.#firsts.clear();
    this.#counting = second;
    if (!this.#firsts.has(host)) this.#firsts.set(host, time);
    const count = (this.counts.get(second)?.get(host) ?? 0) + 1;
    if (count === BURST) this.moments.set(`${host} ${second}`, [this.#firsts.get(host), time]);
  }

  #addSecond() {
    const random = this.#random;
    const lines = Array.from({ length: this.#density * (4 + Math.floor(random() * 8)) }, () =>
      this.#anyHost(),
    );
    // A burst of one to three seconds, every five seconds, by the next host.
    const turn = Math.floor(this.#second / SECOND) % 5;
    if (turn === 0) this.#bursts += 1;
    const length = 1 + (this.#bursts % 3);
    const bursting = hosts[this.#bursts % hosts.length];
    if (turn < length) lines.push(...Array(BURST + Math.floor(random() * 6)).fill(bursting));
    const times = lines.map(() => Math.floor(random() * SECOND)).sort((one, other) => one - other);
    for (const [index, time] of times.entries())
      this.#waiting.push(this.#line(this.#second + time, lines[index]));
    this.#second += SECOND;
  }

  #anyHost() {
    return hosts[Math.floor(this.#random() * hosts.length)];
  }

  #line(at, host) {
    return {
      '@timestamp': new Date(at).toISOString(),
      message: `a line of ${host}`,
      host: { name: host },
      agent: { id: 'sender' },
      log: { file: { path: '/var/log/lines.log' } },
    };
  }
}

/** Every window that holds a line: `rule, host or nothing, second → lines`. */
export function expectedWindows({ counts }) {
  const windows = new Map();
  for (const [second, byHost] of counts) {
    windows.set(
      `counted  ${second}`,
      [...byHost.values()].reduce((sum, count) => sum + count, 0),
    );
    for (const [host, count] of byHost) windows.set(`burst ${host} ${second}`, count);
  }
  return windows;
}

/** A burst lasts from the first line of its first second to the end of the first second that is none. */
export function expectedEpisodes({ counts, moments }) {
  const of = (second, host) => counts.get(second)?.get(host) ?? 0;
  const episodes = [];
  for (const [second, byHost] of counts)
    for (const [host, count] of byHost) {
      if (count < BURST || of(second - SECOND, host) >= BURST) continue;
      let [end, peak] = [second, 0];
      for (; of(end, host) >= BURST; end += SECOND) peak = Math.max(peak, of(end, host));
      const [start, raised] = moments.get(`${host} ${second}`);
      episodes.push({ host, start, raised, end: end + SECOND, peak, last: of(end, host) });
    }
  return episodes;
}

/** An alert is raised by the line that makes a burst, before the second is over. */
export const expectedChanges = (episodes) =>
  episodes.flatMap(({ host, raised, end }) => [
    `${host} inactive → active at ${raised}`,
    `${host} active → inactive at ${end}`,
  ]);
