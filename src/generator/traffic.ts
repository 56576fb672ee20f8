import type { Millis } from '../model.ts';
import { accessLine } from './access-line.ts';
import { between, type Random, seededRandom } from './random.ts';

/** Makes the document of an event at a time. Successive calls continue the same log file. */
export type DocumentMaker = (at: Millis) => string;

export interface TrafficOptions {
  /** The same seed gives the same traffic. */
  seed?: number;
  host?: string;
  path?: string;
}

const VERSION = '7.17.29';

/** The access log of a web server as Filebeat ships it: one JSON object per event, with the fields and order of Filebeat. */
export function accessTraffic({
  seed = 1,
  host = 'web-1',
  path = '/var/log/nginx/access.log',
}: TrafficOptions = {}): DocumentMaker {
  const random = seededRandom(seed);
  const agent = agentOf(random, host);
  let offset = 0;
  return (at) => {
    const message = accessLine(random, at);
    const document = JSON.stringify({
      '@timestamp': new Date(at).toISOString(),
      '@metadata': { beat: 'filebeat', type: '_doc', version: VERSION },
      message,
      input: { type: 'filestream' },
      agent,
      ecs: { version: '1.12.0' },
      host: { name: host },
      event: { dataset: 'nginx.access' },
      log: { offset, file: { path } },
    });
    // The line end counts: Filebeat continues to read after it.
    offset += Buffer.byteLength(message) + 1;
    return document;
  };
}

const agentOf = (random: Random, host: string) => ({
  type: 'filebeat',
  version: VERSION,
  hostname: host,
  ephemeral_id: uuid(random),
  id: uuid(random),
  name: host,
});

/** A UUID (version 4) from the seeded random numbers. */
function uuid(random: Random): string {
  return 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, () => between(random, 0, 15).toString(16));
}
