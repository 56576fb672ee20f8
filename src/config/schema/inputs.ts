import { z } from 'zod';
import { defaultLimits } from '../../lumberjack/frames.ts';
import { formatSize } from '../../util/units.ts';
import { open, ssl } from './listener.ts';
import { duration, host, port, size, someDuration } from './values.ts';

const limits = z
  .strictObject({
    maxWindowEvents: z
      .int()
      .min(1)
      .default(defaultLimits.maxWindowEvents)
      .describe('Largest number of events that a window frame may announce.'),
    maxEventBytes: size(formatSize(defaultLimits.maxEventBytes)).describe('Largest size of an event.'),
    maxCompressedBytes: size(formatSize(defaultLimits.maxCompressedBytes)).describe(
      'Largest size of a compressed frame.',
    ),
    maxInflatedBytes: size(formatSize(defaultLimits.maxInflatedBytes)).describe(
      'Largest size of a sender window after decompression. It limits the damage of a zlib bomb.',
    ),
    maxPairs: z
      .int()
      .min(1)
      .default(defaultLimits.maxPairs)
      .describe('Largest number of key-value pairs in a v1 data frame.'),
  })
  .prefault({});

export const lumberjackInput = z.strictObject({
  host: host.describe('Address to listen on.'),
  port: port(5044).describe('Port to listen on. 0 takes a free port.'),
  maxConnections: z
    .int()
    .min(1)
    .default(1_000)
    .describe('Largest number of open connections. logboom closes further ones and logs it.'),
  maxWindowsInFlight: z
    .int()
    .min(1)
    .default(8)
    .describe(
      'Sender windows of one connection that may wait for the disk. Beyond that, logboom stops reading the socket.',
    ),
  maxBytesInFlight: size('128mb').describe(
    'Bytes that are received and not yet on disk, over all connections. Beyond that, logboom stops reading all sockets.',
  ),
  windowTimeout: duration('60s').describe(
    'Time within which a sender window must be complete after its first byte. Idle connections are never closed.',
  ),
  maxConnectionAge: someDuration
    .optional()
    .describe(
      'Age at which logboom closes a connection between two windows, so that senders spread over new nodes. Each connection is closed up to a fifth earlier, so that they do not all reconnect at once. Without it, only senders close connections.',
    ),
  heartbeat: duration('5s').describe(
    'Interval of the heartbeats (ACK 0) to a sender whose window waits for the disk.',
  ),
  limits,
  open: open.describe(
    'Allow clear text on an address that other machines reach. Use it only inside a container or a closed network.',
  ),
  ...ssl,
});

const redelivery = z
  .strictObject({
    remember: duration('24h').describe(
      'How long logboom remembers the last events of a closed connection, to recognise them when they are sent again.',
    ),
    windows: z
      .int()
      .min(1)
      .default(8)
      .describe(
        'Number of last sender windows of a connection that are remembered. It must be greater than the number of windows that a sender has in flight (Filebeat: `pipelining` + 1).',
      ),
    maxEvents: z
      .int()
      .min(1_000)
      .default(500_000)
      .describe(
        'Largest number of remembered events, at about 80 bytes each. Beyond that, logboom forgets the oldest and logs a warning.',
      ),
  })
  .prefault({});

export const inputs = z
  .strictObject({
    lumberjack: lumberjackInput
      .prefault({})
      .describe('The Lumberjack listener, for `output.logstash` of Filebeat.'),
    redelivery: redelivery.describe('How logboom recognises redelivered events.'),
  })
  .prefault({});

export type LumberjackInputConfig = z.infer<typeof lumberjackInput>;
export type RedeliveryConfig = z.infer<typeof redelivery>;
