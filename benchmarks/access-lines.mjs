// What the streams of benchmarks have in common: lines of an access log, and numbers that are the same in each run.
const paths = [
  '/',
  '/index.html',
  '/api/orders',
  '/api/orders/17',
  '/static/app.js',
  '/login',
  '/search?q=logs',
  '/health',
];
const agents = [
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15',
  'curl/8.5.0',
];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Numbers from 0 up to 1, by a linear congruential generator: the same for the same seed. */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A line of the combined format, or of the common one. `time` is in milliseconds since the epoch; `next` gives random numbers. */
export function accessLine(time, next, combined = true) {
  const pick = (list) => list[Math.floor(next() * list.length)];
  const stamp = new Date(time).toISOString();
  const date = `${stamp.slice(8, 10)}/${months[Number(stamp.slice(5, 7)) - 1]}/${stamp.slice(0, 4)}:${stamp.slice(11, 19)}`;
  const address = `10.${Math.floor(next() * 256)}.${Math.floor(next() * 256)}.${Math.floor(next() * 256)}`;
  const status = next() < 0.02 ? 500 : next() < 0.1 ? 404 : 200;
  const common = `${address} - - [${date} +0000] "GET ${pick(paths)} HTTP/1.1" ${status} ${Math.floor(next() * 100_000)}`;
  return combined ? `${common} "https://example.org/" "${pick(agents)}"` : common;
}
