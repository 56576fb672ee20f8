// The stream that benchmarks send: windows of 2,048 access-log events of about 1 KB as Filebeat ships them, compressed at level 3.
import { encodeWindow } from '../dist/lumberjack/encoder.js';
import { accessLine, random } from './access-lines.mjs';

export const windowSize = 2048;
const size = 1036;

/** One event of `size` bytes; its keys after the first two come in an order that varies, as Filebeat's do. */
export function eventAt(number, time, next) {
  const stamp = new Date(time).toISOString();
  const line = accessLine(time, next);
  const rest = [
    `"message":${JSON.stringify(line)}`,
    '"input":{"type":"filestream"}',
    '"agent":{"type":"filebeat","version":"7.17.29","hostname":"web-1","ephemeral_id":"f1a0d975-4553-4664-a279-19f8bde5317d","id":"6e88d53e-af97-4bce-852b-14410d51ea9d","name":"web-1"}',
    '"ecs":{"version":"1.12.0"}',
    '"host":{"name":"web-1","architecture":"x86_64","os":{"family":"debian","name":"Debian GNU/Linux","version":"12"}}',
    `"log":{"offset":${number * 230},"file":{"path":"/var/log/nginx/access.log"}}`,
    '"event":{"dataset":"nginx.access","module":"nginx"}',
  ];
  const turn = Math.floor(next() * rest.length);
  const head = `{"@timestamp":"${stamp}","@metadata":{"beat":"filebeat","type":"_doc","version":"7.17.29"},`;
  const body = [...rest.slice(turn), ...rest.slice(0, turn)].join(',');
  const fill = size - head.length - body.length - ',"labels":{"note":""}}'.length;
  return `${head}${body},"labels":{"note":"${'x'.repeat(Math.max(0, fill))}"}}`;
}

/** Windows as bytes. Event time runs at 20,000 events a second, so that windows close while the stream lasts. */
export function* windows(count, { compressionLevel = 3, start = Date.parse('2026-01-01T00:00:00Z') } = {}) {
  const next = random(7);
  for (let window = 0; window < count; window++) {
    const documents = Array.from({ length: windowSize }, (_, index) => {
      const number = window * windowSize + index;
      return eventAt(number, start + number / 20, next);
    });
    yield encodeWindow(documents, { compressionLevel });
  }
}

/** One event, a minute of event time after `count` windows: all windows before it are over when it is counted. */
export function closingWindow(count, { start = Date.parse('2026-01-01T00:00:00Z') } = {}) {
  const number = count * windowSize;
  return encodeWindow([eventAt(number, start + number / 20 + 60_000, random(9))]);
}
