import { z } from 'zod';
import { defaultLimits } from '../lumberjack/limits.ts';
import { formatSize } from '../util/size.ts';
import { redelivery } from './redelivery.ts';
import { duration, host, port, secret, size, someDuration } from './values.ts';

const limits = z
  .strictObject({
    maxWindowEvents: z
      .int()
      .min(1)
      .default(defaultLimits.maxWindowEvents)
      .describe('Largest number of events that a window frame may announce.'),
    maxEventBytes: size(formatSize(defaultLimits.maxEventBytes)).describe('Largest event.'),
    maxCompressedBytes: size(formatSize(defaultLimits.maxCompressedBytes)).describe(
      'Largest compressed frame.',
    ),
    maxInflatedBytes: size(formatSize(defaultLimits.maxInflatedBytes)).describe(
      'Largest size of a window after inflating it; the ceiling on a zlib bomb.',
    ),
    maxPairs: z
      .int()
      .min(1)
      .default(defaultLimits.maxPairs)
      .describe('Largest number of pairs in a v1 data frame.'),
  })
  .prefault({});

/** TLS settings under the names that Logstash's beats input gives them. */
const ssl = {
  ssl_enabled: z.boolean().default(false).describe('Speak TLS. 1.2 is the oldest version accepted.'),
  ssl_certificate: z.string().optional().describe('Path of the certificate (PEM, with its chain).'),
  ssl_key: z.string().optional().describe('Path of the private key (PEM).'),
  ssl_key_passphrase: secret.optional().describe('Passphrase of the private key.'),
  ssl_certificate_authorities: z
    .array(z.string())
    .default([])
    .describe('Paths of the authorities (PEM) that client certificates are checked against.'),
  ssl_client_authentication: z
    .enum(['none', 'optional', 'required'])
    .default('none')
    .describe('Whether a client must present a certificate.'),
  ssl_supported_protocols: z
    .array(z.enum(['TLSv1.2', 'TLSv1.3']))
    .min(1)
    .default(['TLSv1.2', 'TLSv1.3'])
    .describe('TLS versions to speak.'),
  ssl_cipher_suites: z
    .array(z.string())
    .optional()
    .describe('Cipher suites by OpenSSL name; default: those of Node.js.'),
  ssl_handshake_timeout: duration('10s').describe('How long a TLS handshake may take.'),
};

export const lumberjackInput = z.strictObject({
  host: host.describe('Address to listen on.'),
  port: port(5044).describe('Port to listen on; 0 takes a free one.'),
  maxConnections: z
    .int()
    .min(1)
    .default(1_000)
    .describe('Connections at once; a further one is closed with a log line.'),
  maxWindowsInFlight: z
    .int()
    .min(1)
    .default(8)
    .describe('Windows of one connection that may wait for the disk before its socket is no longer read.'),
  maxBytesInFlight: size('128mb').describe(
    'Bytes received and not yet on disk, over all connections, before no socket is read any more.',
  ),
  windowTimeout: duration('60s').describe(
    'A window whose first byte is there must be complete within this time. An idle connection is never closed.',
  ),
  maxConnectionAge: someDuration
    .optional()
    .describe(
      'A connection so old is closed between two windows, so that senders spread over nodes that are new; each one up to a fifth earlier, so that not all come at once. Without it connections last as long as their senders like.',
    ),
  heartbeat: duration('5s').describe(
    'How often a sender whose window waits for the disk is told so (ACK 0).',
  ),
  limits,
  ...ssl,
});

export const inputs = z
  .strictObject({
    lumberjack: lumberjackInput.prefault({}).describe('Where Filebeat’s `output.logstash` ships to.'),
    redelivery: redelivery.describe('How events that are sent again are recognised.'),
  })
  .prefault({});

export type LumberjackInputConfig = z.infer<typeof lumberjackInput>;
