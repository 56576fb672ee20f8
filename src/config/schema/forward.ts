import { z } from 'zod';
import { duration, secret, size } from './values.ts';

/** An address of the form `name:port`, `[IPv6]:port` or without the port, as Beats write it. */
interface HostAndPort {
  host: string;
  port: number;
}

/** The port that Beats take where an address names none. */
const beatsPort = 5044;

export function parseHost(text: string): HostAndPort | undefined {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-f:.]+)\]|([^\s:[\]/]+))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  const number = port === undefined ? beatsPort : Number(port);
  return host === undefined || number < 1 || number > 65_535 ? undefined : { host, port: number };
}

const backoff = z
  .strictObject({
    init: duration('1s').describe('First pause after a failure; it doubles, with jitter.'),
    max: duration('60s').describe('Longest pause after a failure.'),
  })
  .prefault({});

/** TLS settings under the names that Filebeat's outputs give them. */
const ssl = z.strictObject({
  enabled: z.boolean().default(true).describe('Speak TLS; off without an `ssl` section.'),
  certificate_authorities: z
    .array(z.string())
    .default([])
    .describe('Paths of authorities (PEM) to trust; default: those of Node.js.'),
  certificate: z.string().optional().describe('Path of the client certificate (PEM).'),
  key: z.string().optional().describe('Path of its private key (PEM).'),
  key_passphrase: secret.optional().describe('Passphrase of the private key.'),
  verification_mode: z
    .enum(['full', 'strict', 'certificate', 'none'])
    .default('full')
    .describe(
      'What is checked: authority and name (`full`; `strict` takes the name from a SAN alone), the authority (`certificate`), or nothing.',
    ),
  supported_protocols: z
    .array(z.enum(['TLSv1.2', 'TLSv1.3']))
    .min(1)
    .default(['TLSv1.2', 'TLSv1.3'])
    .describe('TLS versions to speak.'),
});

export const forward = z.strictObject({
  hosts: z
    .array(
      z
        .string()
        .refine((text) => parseHost(text) !== undefined, 'is no address; write for example logs:5044'),
    )
    .min(1)
    .describe('Addresses (`host:port`) of Logstash’s beats inputs; the port is 5044 where none is named.'),
  loadbalance: z
    .boolean()
    .default(false)
    .describe('Share windows among all hosts; without it one is used, and another where that one fails.'),
  worker: z
    .int()
    .min(1)
    .default(1)
    .describe('Connections to each host, where windows are shared among hosts.'),
  pipelining: z
    .int()
    .min(0)
    .default(2)
    .describe('Windows on a connection that may wait for their ACKs; 0 and 1 send one at a time.'),
  bulk_max_size: z
    .int()
    .min(0)
    .default(2048)
    .describe('Most events in a window; larger ones are cut. 0: as they were received, whatever their size.'),
  compression_level: z
    .int()
    .min(0)
    .max(9)
    .default(3)
    .describe('Level of zlib for windows that are made anew; 0 sends everything uncompressed.'),
  timeout: duration('30s').describe(
    'How long connecting may take, and how long a host that owes an ACK may be silent. ACK 0 is no silence.',
  ),
  ttl: duration('0s').describe(
    'Age at which a connection is made anew, between windows, for hosts behind one name; 0: never.',
  ),
  backoff: backoff.describe('Pauses after failures.'),
  ssl: ssl.optional().describe('TLS towards Logstash. Without the section: none.'),
  maxLag: size('4gb').describe(
    'Bytes that the journal keeps for Logstash while it takes nothing (`onFull: skip`). What is older is skipped, and told.',
  ),
  onFull: z
    .enum(['skip', 'hold'])
    .default('skip')
    .describe(
      '`skip`: Logstash never holds anybody, and misses what lies beyond `maxLag`. `hold`: it misses nothing, and a journal that is full for its sake holds the senders.',
    ),
});

export type ForwardConfig = z.infer<typeof forward>;
