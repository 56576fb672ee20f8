// What is in the index and what people were told, beside what must be there.
import { expectedChanges, expectedEpisodes, expectedWindows } from './traffic.mjs';

/** Requests to the embedded store or to an Elasticsearch without security. */
export const requestsTo =
  (url) =>
  async (path, body, method = 'POST') => {
    const response = await fetch(`${url}/${path}`, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const answer = await response.json();
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`);
    return answer;
  };

async function* hitsOf(request, index, fields) {
  await request(`${index}/_refresh`);
  const size = 10_000;
  let page = await request(`${index}/_search?scroll=1m`, { size, _source: fields, sort: ['_doc'] });
  while (page && page.hits.hits.length > 0) {
    yield* page.hits.hits;
    page = await request('_search/scroll', { scroll: '1m', scroll_id: page._scroll_id });
  }
  if (page) await request('_search/scroll', { scroll_id: page._scroll_id }, 'DELETE');
}

/** How many documents each line has. */
async function documents(request, sent) {
  const copies = new Uint8Array(sent);
  let indexed = 0;
  for await (const { _source } of hitsOf(request, 'logs-generic-default', ['number'])) {
    indexed += 1;
    copies[_source.number] += 1;
  }
  const lost = copies.reduce((sum, count) => sum + (count === 0 ? 1 : 0), 0);
  return { indexed, lost, duplicate: indexed - (sent - lost) };
}

/** Keys on one side only, or with another value there. */
function differences(expected, found) {
  const missing = [...expected].filter(([key, value]) => found.get(key) !== value);
  const surplus = [...found].filter(([key]) => !expected.has(key));
  return [
    ...missing.map(([key, value]) => `${key}: ${value} expected, ${found.get(key)} found`),
    ...surplus.map(([key, value]) => `${key}: ${value} found, none expected`),
  ];
}

async function windows(request, traffic) {
  const found = new Map();
  let counted = 0;
  for await (const { _source } of hitsOf(request, 'metrics-logboom.windows-default', ['rule', 'window'])) {
    // Documents have no empty fields: a window of a rule without groups has no group.
    const { start, count, group = '' } = _source.window;
    if (count === 0 || group === 'the-last') continue;
    const key = `${_source.rule.name} ${group} ${Date.parse(start)}`;
    found.set(key, (found.get(key) ?? 0) + count);
    if (_source.rule.name === 'counted') counted += count;
  }
  return { windows: found.size, counted, wrongWindows: differences(expectedWindows(traffic), found) };
}

const summary = ({ host, start, end, peak, last }) =>
  `${host} ${start} to ${end}, peak ${peak}, last ${last}`;
const counts = (keys) => {
  const map = new Map();
  for (const key of keys) map.set(key, (map.get(key) ?? 0) + 1);
  return map;
};

async function alerts(request, expected) {
  const found = [];
  for await (const { _source } of hitsOf(request, 'alerts', ['alert', 'event'])) {
    const { alert, event } = _source;
    const [start, end] = [Date.parse(event.start), Date.parse(event.end)];
    found.push(summary({ host: alert.group, start, end, peak: alert.peak, last: alert.value }));
  }
  return { episodes: found.length, wrongEpisodes: differences(counts(expected.map(summary)), counts(found)) };
}

async function changes(request, expected) {
  const found = [];
  for await (const { _source } of hitsOf(request, 'logs-logboom.alerts-default', ['alert', '@timestamp'])) {
    const { group, from, to } = _source.alert;
    found.push(`${group} ${from} → ${to} at ${Date.parse(_source['@timestamp'])}`);
  }
  return {
    transitions: found.length,
    wrongTransitions: differences(counts(expectedChanges(expected)), counts(found)),
  };
}

/** Delivery is at least once: messages of one key count as one, and must be equal. */
function notifications(messages, expected) {
  const found = [];
  let repeated = 0;
  let unequal = 0;
  for (const copies of messages.values()) {
    repeated += copies.length - 1;
    unequal += new Set(copies.map((copy) => JSON.stringify(copy))).size - 1;
    const { alert, '@timestamp': at } = copies[0];
    found.push(`${alert.group} ${alert.previous_status} → ${alert.status} at ${Date.parse(at)}`);
  }
  const wrong = differences(counts(expectedChanges(expected)), counts(found));
  return { notified: found.length, repeated, unequal, wrongNotifications: wrong };
}

/** Everything at once, as numbers and as lists of what is wrong. */
export async function compare(request, traffic, messages) {
  const expected = expectedEpisodes(traffic);
  return {
    ...(await documents(request, traffic.sent)),
    ...(await windows(request, traffic)),
    ...(await alerts(request, expected)),
    ...(await changes(request, expected)),
    ...notifications(messages, expected),
  };
}

/** Whether nothing is missing or wrong. */
export const isComplete = ({ lost, duplicate, unequal, ...rest }) =>
  lost === 0 &&
  duplicate === 0 &&
  unequal === 0 &&
  ['wrongWindows', 'wrongEpisodes', 'wrongTransitions', 'wrongNotifications'].every(
    (key) => rest[key].length === 0,
  );

/** Whether the server's own totals, over all its lives, agree as well. */
export const isBalanced = ({ journaled, delivered, sent, ...found }) =>
  isComplete(found) && journaled === sent && delivered === found.notified;
