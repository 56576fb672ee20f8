import type { Millis } from '../model.ts';
import { between, logNormal, pick, type Random, weighted } from './random.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const pages = [
  ['/', 20],
  ['/products', 10],
  ['/products/{id}', 22],
  ['/search?q={word}&page={page}', 10],
  ['/cart', 6],
  ['/api/v1/orders/{id}', 8],
  ['/assets/app.{hash}.js', 10],
  ['/assets/site.{hash}.css', 8],
  ['/favicon.ico', 3],
  ['/health', 3],
] as const;
const words = ['boom', 'lumber', 'oak', 'pine', 'chainsaw', 'caf%C3%A9', 'axe+handle'];

const posts = [
  ['/login', 5],
  ['/api/v1/orders', 4],
  ['/cart/items', 6],
] as const;

/** Statuses by method with weights, as in the log of a healthy shop. */
const statuses = {
  GET: [
    [200, 868],
    [304, 60],
    [301, 20],
    [404, 40],
    [403, 6],
    [500, 4],
    [502, 2],
  ],
  POST: [
    [200, 60],
    [201, 22],
    [302, 10],
    [400, 4],
    [401, 3],
    [500, 1],
  ],
} as const;

const agents = [
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
    45,
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
    25,
  ],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0', 15],
  ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', 8],
  ['curl/8.14.1', 4],
  ['-', 3],
] as const;

const referrers = [
  ['-', 55],
  ['https://shop.example.com/', 25],
  ['https://shop.example.com/products', 12],
  ['https://www.example.org/search?q=lumber', 8],
] as const;

/** Networks for documentation and private use, so that no generated line has a real address. */
const networks = ['192.0.2', '198.51.100', '203.0.113', '10.20.30', '10.20.31'];

/** Fixed values of a request. Other values are random. */
export interface Given {
  method?: string | undefined;
  path?: string | undefined;
  status?: number | undefined;
  address?: string | undefined;
}

/** One request in Combined Log Format, as nginx and Apache write it by default. */
export function accessLine(random: Random, at: Millis, given: Given = {}): string {
  const usual = random() < 0.88 ? 'GET' : 'POST';
  const method = given.method ?? usual;
  const path = given.path ?? fillIn(random, weighted<string>(random, usual === 'GET' ? pages : posts));
  const status = given.status ?? weighted<number>(random, statuses[usual]);
  const address = given.address ?? `${pick(random, networks)}.${between(random, 1, 254)}`;
  const user = random() < 0.03 ? pick(random, ['alice', 'bob']) : '-';
  const bytes = sizeOf(random, status, path);
  const [referrer, agent] = [weighted<string>(random, referrers), weighted<string>(random, agents)];
  return `${address} - ${user} [${combinedTime(at)}] "${method} ${path} HTTP/1.1" ${status} ${bytes} "${referrer}" "${agent}"`;
}

/** `28/May/2026:20:26:40 +0000`: whole seconds, UTC. */
export function combinedTime(at: Millis): string {
  const date = new Date(at);
  const iso = date.toISOString();
  return `${iso.slice(8, 10)}/${months[date.getUTCMonth()]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}

function fillIn(random: Random, path: string): string {
  return path
    .replace('{id}', () => `${between(random, 1, 5_000)}`)
    .replace('{page}', () => `${between(random, 1, 9)}`)
    .replace('{hash}', () => between(random, 0x1000, 0x100f).toString(16))
    .replace('{word}', () => pick(random, words));
}

function sizeOf(random: Random, status: number, path: string): number {
  if (status === 304) return 0;
  if (status >= 300) return between(random, 150, 600);
  if (path === '/health') return 2;
  return logNormal(random, path.startsWith('/assets') ? 40_000 : 6_000, 0.8);
}
