// Events as Filebeat 7.17 encodes them: `@timestamp` and `@metadata` first, then the other keys in an order that changes from event to
// event at every level, because Filebeat encodes Go maps: Go begins to iterate over a map of up to eight keys at any of eight places. Three sizes: 0.3 KB (processors dropped the metadata of the host), 1 KB
// (`add_host_metadata`, the default), and 4 KB (a stack trace that the multiline parser joined).
import { encodeWindow } from '../../dist/lumberjack/encoder.js';
import { accessLine, random } from '../access-lines.mjs';

export const kinds = { '0.3 KB': small, '1 KB': usual, '4 KB': large };

/** JSON of an object as Go iterates over its map: its keys turned by up to eight places. */
function encode(value, next) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, member]) => `${JSON.stringify(key)}:${encode(member, next)}`,
  );
  const place = Math.floor(next() * 8);
  const first = place < members.length ? place : 0;
  return `{${[...members.slice(first), ...members.slice(0, first)].join(',')}}`;
}

function small({ time, number, next }) {
  return {
    message: accessLine(time, next, false),
    log: { offset: number * 90, file: { path: '/var/log/nginx/access.log' } },
    event: { dataset: 'nginx.access' },
  };
}

function hostMetadata(host) {
  const name = `web-${host}`;
  return {
    input: { type: 'filestream' },
    agent: {
      type: 'filebeat',
      version: '7.17.29',
      hostname: name,
      ephemeral_id: 'f1a0d975-4553-4664-a279-19f8bde5317d',
      id: '6e88d53e-af97-4bce-852b-14410d51ea9d',
      name,
    },
    ecs: { version: '1.12.0' },
    host: {
      name,
      hostname: name,
      architecture: 'x86_64',
      containerized: false,
      id: '3b1ad0bc15a947b5b5cf2e6a8ac93a5f',
      ip: ['10.2.17.9', 'fe80::42:acff:fe11:2'],
      mac: ['02:42:ac:11:00:02'],
      os: {
        type: 'linux',
        platform: 'debian',
        family: 'debian',
        name: 'Debian GNU/Linux',
        version: '12 (bookworm)',
        kernel: '6.1.0-18-amd64',
      },
    },
  };
}

function usual({ time, number, next, host, groups }) {
  return {
    message: accessLine(time, next),
    ...(groups && { user: { name: `user-${Math.floor(next() * groups)}` } }),
    ...hostMetadata(host),
    log: { offset: number * 230, file: { path: '/var/log/nginx/access.log' } },
    event: { dataset: 'nginx.access', module: 'nginx' },
  };
}

const packages = [
  'org.example.orders',
  'org.springframework.web.servlet',
  'java.base/java.lang',
  'com.zaxxer.hikari.pool',
];

function large({ time, number, next, host }) {
  const frames = Array.from({ length: 40 }, () => {
    const where = packages[Math.floor(next() * packages.length)];
    return `\tat ${where}.Handler${Math.floor(next() * 50)}.invoke(Handler.java:${Math.floor(next() * 900)})`;
  });
  const stamp = new Date(time).toISOString().replace('T', ' ').replace('Z', '').replace('.', ',');
  const first = `${stamp} ERROR [http-nio-8080-exec-${Math.floor(next() * 20)}] org.example.orders.Orders - order ${number} failed`;
  return {
    message: [first, 'java.lang.IllegalStateException: no stock', ...frames].join('\n'),
    ...hostMetadata(host),
    log: { offset: number * 3000, file: { path: '/var/log/orders/app.log' }, flags: ['multiline'] },
  };
}

/** One event as JSON. */
export function eventAt(kind, { time, number, next, host = 1, groups }) {
  const rest = encode(kinds[kind]({ time, number, next, host, groups }), next);
  const stamp = new Date(time).toISOString();
  return `{"@timestamp":"${stamp}","@metadata":{"beat":"filebeat","type":"_doc","version":"7.17.29"},${rest.slice(1)}`;
}

/**
 * Windows of `size` events as bytes on the wire. Window n belongs to host n % hosts. Event time runs at 20,000 events a second and ends
 * near the present, so that nothing is older than what is kept. `groups`: among how many users the events are divided.
 */
export function* windows({ kind, count, size = 2048, level = 3, hosts = 1, groups }) {
  const next = random(7);
  const start = Date.now() - (count * size) / 20;
  for (let window = 0; window < count; window += 1) {
    const documents = Array.from({ length: size }, (_, index) => {
      const number = window * size + index;
      return eventAt(kind, { time: start + number / 20, number, next, groups, host: 1 + (window % hosts) });
    });
    yield encodeWindow(documents, { compressionLevel: level });
  }
}
