import type { Millis } from '../../model.ts';
import { between, logNormal, type Random } from '../random.ts';
import { clientWeights, WeightedChoice } from './choice.ts';
import type { RequestsConfig } from './schema.ts';

/** What an incident changes in requests. */
export interface Trouble {
  /** Share of requests that fail. */
  failing: number;
  /** Whether the request is one of a scanner. */
  scans: boolean;
}

const agents = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0',
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'curl/8.14.1',
  '-',
];
const agentWeights = [45, 25, 15, 8, 4, 3];
/** What follows the status and the size, for each user agent. */
const tails = agents.map((agent) => `"-" "${agent}"`);
const probes = ['/.env', '/wp-login.php', '/.git/config', '/phpmyadmin/', '/admin/config.php'];
const failures = ['500', '502', '503'];
const scanner = '203.0.113.66';
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** An address of a private network, so that no line has a real one. */
const addressOf = (place: number) => `10.${(place >> 16) & 255}.${(place >> 8) & 255}.${place & 255}`;

/** Lines of requests. Texts that come again are made once: a million lines a second differ in few of them. */
export class RequestLines {
  readonly #random: Random;
  readonly #format: 'combined' | 'common' | 'nginx';
  readonly #latency: Millis;
  readonly #clients: readonly string[];
  readonly #clientOf: WeightedChoice;
  readonly #statuses: readonly string[];
  readonly #statusOf: WeightedChoice;
  /** Method and section: `GET /api/`. */
  readonly #starts: readonly string[];
  readonly #startOf: WeightedChoice;
  readonly #agentOf = new WeightedChoice(agentWeights);
  #second = Number.NaN;
  #stamp = '';

  constructor(format: 'combined' | 'common' | 'nginx', config: RequestsConfig, random: Random) {
    const { addresses, statuses, sections, methods } = config;
    this.#random = random;
    this.#format = format;
    this.#latency = config.latency;
    this.#clients = Array.from({ length: addresses.count }, (_, place) => addressOf(place + 1));
    this.#clientOf = new WeightedChoice(clientWeights(addresses.by, addresses.count, addresses.exponent));
    this.#statuses = Object.keys(statuses);
    this.#statusOf = new WeightedChoice(Object.values(statuses));
    const paths = Object.entries(sections);
    const verbs = Object.entries(methods);
    this.#starts = verbs.flatMap(([verb]) =>
      paths.map(([path]) => `"${verb} ${path === '/' ? '/' : `${path}/`}`),
    );
    this.#startOf = new WeightedChoice(verbs.flatMap(([, one]) => paths.map(([, other]) => one * other)));
  }

  /** A line of a request at a time. */
  line(at: Millis, trouble: Trouble | undefined): string {
    const random = this.#random;
    const second = Math.floor(at / 1_000);
    if (second !== this.#second) this.#stampOf(second);
    const scans = trouble?.scans === true;
    const client = scans ? scanner : this.#clients[this.#clientOf.pick(random)]!;
    const path = scans
      ? `"GET ${probes[between(random, 0, probes.length - 1)]!}?`
      : this.#starts[this.#startOf.pick(random)]!;
    const bytes = 200 + Math.floor(random() * random() * 20_000);
    const begin = `${client}${this.#stamp}${path}${Math.floor(random() * 5_000)} HTTP/1.1" ${this.#status(trouble)} ${bytes}`;
    if (this.#format === 'common') return begin;
    const tail = `${begin} ${tails[this.#agentOf.pick(random)]!}`;
    return this.#format === 'nginx' ? `${tail} ${this.#seconds()}` : tail;
  }

  #status(trouble: Trouble | undefined): string {
    const random = this.#random;
    if (trouble === undefined) return this.#statuses[this.#statusOf.pick(random)]!;
    if (trouble.scans) return '404';
    if (random() < trouble.failing) return failures[between(random, 0, 2)]!;
    return this.#statuses[this.#statusOf.pick(random)]!;
  }

  /** The time of the request, as nginx writes `$request_time`. */
  #seconds(): string {
    const millis = logNormal(this.#random, this.#latency, 0.8);
    return `${Math.floor(millis / 1_000)}.${String(millis % 1_000).padStart(3, '0')}`;
  }

  #stampOf(second: number): void {
    const date = new Date(second * 1_000);
    const iso = date.toISOString();
    this.#second = second;
    this.#stamp = ` - - [${iso.slice(8, 10)}/${months[date.getUTCMonth()]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000] `;
  }
}
