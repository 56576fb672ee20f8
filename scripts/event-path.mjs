/**
 * Lists the files of src/ that run code for one event, from the frame of its sender to the alert that it raises: a line of
 * nginx from Filebeat, a filter, a group, a count over five minutes and a notification. V8 counts the calls. Code that runs
 * when a module is loaded, or for the events before, is not counted; another client has raised an alert before. `src/sources` is
 * left out: it watches the sources, and no output depends on it.
 *
 *     node scripts/event-path.mjs    # after a build; one file a line, with the functions that ran; `--json`: the files alone
 */
import { Session } from 'node:inspector';

const dist = new URL('../dist/', import.meta.url);
const load = (path) => import(new URL(path, dist).href);

/** The files that run code during `work`, each with the names of the functions that ran. */
function executedFiles(work) {
  const session = new Session();
  session.connect();
  call(session, 'Profiler.enable');
  call(session, 'Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  // What was counted up to here is removed.
  call(session, 'Profiler.takePreciseCoverage');
  work();
  const { result } = call(session, 'Profiler.takePreciseCoverage');
  session.disconnect();
  return new Map(
    result
      .map(({ url, functions }) => [sourceOf(url), functions.filter(wasCalled).map(nameOf)])
      .filter(([path, names]) => path !== undefined && !path.startsWith('src/sources/') && names.length > 0)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

const wasCalled = ({ ranges }) => ranges[0].count > 0;
const nameOf = ({ functionName }) => functionName || '(anonymous)';
const sourceOf = (url) =>
  url.startsWith(dist.href) ? `src/${url.slice(dist.href.length).replace(/\.js$/, '.ts')}` : undefined;

/** Calls of a session to its own thread are answered before they return. */
function call(session, method, params = {}) {
  let answer;
  session.post(method, params, (error, result) => {
    if (error) throw error;
    answer = result;
  });
  return answer;
}

const start = Date.UTC(2026, 10, 29, 12);

/** A line of nginx as Filebeat ships it. */
const eventOf = (second, client) =>
  JSON.stringify({
    '@timestamp': new Date(start + 1000 * second).toISOString(),
    '@metadata': { beat: 'filebeat', type: '_doc', version: '9.0.0' },
    message: `${client} - - [29/Nov/2026:12:00:0${second} +0000] "GET /cart?id=7 HTTP/1.1" 503 512 "-" "curl/8.5.0"`,
    event: { dataset: 'nginx.access' },
    log: { offset: 100 * second, file: { path: '/var/log/nginx/access.log' } },
    agent: { id: 'c0ffee', name: 'web-1', type: 'filebeat' },
    host: { name: 'web-1' },
  });

const rule = {
  ...{ name: 'failures', where: 'http.response.status_code >= 500', by: ['source.ip'] },
  ...{ over: '5m', when: '>= 3', notify: ['log'] },
};

/** The files that the third event of a client passes, and the kinds of the outputs that it causes. */
async function eventPath() {
  const { Decoder } = await load('lumberjack/decoder.js');
  const { encodeWindow } = await load('lumberjack/encoder.js');
  const { defaultLimits } = await load('lumberjack/frames.js');
  const { assembleEngine } = await load('engine/assemble-engine.js');
  const { schema } = await load('config/schema/schema.js');
  const engine = assembleEngine(schema.parse({ rules: [rule] }));
  const decoder = new Decoder(defaultLimits);
  const origin = { input: 'lumberjack', connection: '192.0.2.1:51034#7', address: '192.0.2.1' };
  const clients = ['198.51.100.1', '203.0.113.7'];
  const events = clients.flatMap((client) => [client, client, client]);
  const frames = events.map((client, second) => encodeWindow([eventOf(second, client)]));
  const receive = (position) => {
    const [{ payload, count, block }] = decoder.push(frames[position - 1]);
    const record = { kind: 'events', encoding: 'lumberjack', origin, count, payload, position };
    return engine.process({ ...record, receivedAt: start + 1000 * (position - 1) }, block);
  };
  for (const before of [1, 2, 3, 4, 5]) receive(before);
  let outputs;
  const files = executedFiles(() => {
    outputs = receive(6);
  });
  return { files, outputs: outputs.map(({ kind }) => kind) };
}

const { files, outputs } = await eventPath();
if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ files: [...files.keys()], outputs }));
} else {
  for (const [path, names] of files) console.log(`${path}: ${names.join(' ')}`);
  const functions = [...files.values()].flat().length;
  console.log(`${files.size} files, ${functions} functions; outputs: ${outputs.join(', ')}`);
}
