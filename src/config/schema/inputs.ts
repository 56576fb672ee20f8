import { z } from 'zod';
import { defaultLimits } from '../../lumberjack/frames.ts';
import { formatSize } from '../../util/units.ts';
import { redelivery } from './redelivery.ts';
import { ssl } from './ssl.ts';
import { duration, host, open, port, size, someDuration } from './values.ts';

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
  open: open.describe(
    'Allow clear text on an address that other machines reach: only inside a container or a closed network.',
  ),
  ...ssl,
});

export const inputs = z
  .strictObject({
    lumberjack: lumberjackInput.prefault({}).describe('Where Filebeat’s `output.logstash` ships to.'),
    redelivery: redelivery.describe('How events that are sent again are recognised.'),
  })
  .prefault({});

export type LumberjackInputConfig = z.infer<typeof lumberjackInput>;
