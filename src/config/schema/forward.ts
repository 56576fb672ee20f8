import * as z from 'zod';
import { duration, notAn, secret, size } from './values.ts';

/** An address as Beats write it: `name:port` or `[IPv6]:port`; the port may be left out. */
interface HostAndPort {
  host: string;
  port: number;
}

/** The default port of Beats. */
const beatsPort = 5044;

export function parseHost(text: string): HostAndPort | undefined {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-f:.]+)\]|([^\s:[\]/]+))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  const number = port === undefined ? beatsPort : Number(port);
  return host === undefined || number < 1 || number > 65_535 ? undefined : { host, port: number };
}

const backoff = z
  .strictObject({
    init: duration('1s').describe(
      'First pause after a failure. It doubles with each further failure, with jitter.',
    ),
    max: duration('60s').describe('Longest pause after a failure.'),
  })
  .prefault({});

/** TLS settings under the names that Filebeat's outputs give them. */
const ssl = z.strictObject({
  enabled: z.boolean().default(true).describe('Use TLS. Without an `ssl` section, TLS is off.'),
  certificate_authorities: z
    .array(z.string())
    .default([])
    .describe('Paths of the certificate authorities (PEM) to trust. Default: those of Node.js.'),
  certificate: z.string().optional().describe('Path of the client certificate (PEM).'),
  key: z.string().optional().describe('Path of the private key of the client certificate (PEM).'),
  key_passphrase: secret.optional().describe('Passphrase of the private key.'),
  verification_mode: z
    .enum(['full', 'strict', 'certificate', 'none'])
    .default('full')
    .describe(
      'What logboom checks of the server certificate: the authority and the host name (`full`; `strict` accepts the name only in a SAN), the authority (`certificate`), or nothing (`none`).',
    ),
  supported_protocols: z
    .array(z.enum(['TLSv1.2', 'TLSv1.3']))
    .min(1)
    .default(['TLSv1.2', 'TLSv1.3'])
    .describe('TLS versions to accept.'),
});

export const forward = z.strictObject({
  hosts: z
    .array(
      z
        .string()
        .refine(
          (text) => parseHost(text) !== undefined,
          notAn('address', 'Write an address such as `logs:5044`.'),
        ),
    )
    .min(1)
    .describe('Addresses (`host:port`) of beats inputs of Logstash. The default port is 5044.'),
  loadbalance: z
    .boolean()
    .default(false)
    .describe(
      'Distribute sender windows over all hosts. Otherwise logboom uses one host, and another one when it fails.',
    ),
  worker: z.int().min(1).default(1).describe('Connections to each host with `loadbalance`.'),
  pipelining: z
    .int()
    .min(0)
    .default(2)
    .describe('Sender windows on one connection that may wait for their ACKs. 0 and 1 send one at a time.'),
  bulk_max_size: z
    .int()
    .min(0)
    .default(2048)
    .describe(
      'Largest number of events in a sender window. Larger windows are split. 0: windows are sent as they were received.',
    ),
  compression_level: z
    .int()
    .min(0)
    .max(9)
    .default(3)
    .describe('zlib level of windows that logboom encodes itself. 0 sends everything uncompressed.'),
  timeout: duration('30s').describe(
    'Timeout of a connection attempt, and longest time that a host which owes an ACK may send nothing. A heartbeat (ACK 0) counts as an answer.',
  ),
  ttl: duration('0s').describe(
    'Age at which a connection is closed between two windows and opened again, for hosts that share one name. 0: never.',
  ),
  backoff: backoff.describe('Pauses after failures.'),
  ssl: ssl.optional().describe('TLS towards Logstash. Without this section, TLS is off.'),
  maxLag: size('4gb').describe(
    'Bytes that the journal keeps for Logstash while Logstash accepts nothing (`onFull: skip`). Older events are skipped; logboom logs and counts them.',
  ),
  onFull: z
    .enum(['skip', 'hold'])
    .default('skip')
    .describe(
      '`skip`: Logstash never delays senders, and misses the events beyond `maxLag`. `hold`: Logstash misses nothing, and senders wait when the journal is full because of it.',
    ),
});

export type ForwardConfig = z.infer<typeof forward>;
