import * as z from 'zod';
import { defaultLimits } from '../../lumberjack/frames.ts';
import { formatSize } from '../../util/text.ts';
import { type FileInputConfig, fileInput } from './file-input.ts';
import { kafkaInput } from './kafka-input.ts';
import { enabled, inputName } from './line-input.ts';
import { open, proxyProtocol, ssl } from './listener.ts';
import { type NetworkInputConfig, networkInputs } from './network-inputs.ts';
import { duration, host, invalid, port, size, someDuration } from './values.ts';

const limits = z
  .strictObject({
    maxWindowEvents: z
      .int()
      .min(1)
      .default(defaultLimits.maxWindowEvents)
      .describe('Largest number of events that a window frame may announce.'),
    maxEventBytes: size(formatSize(defaultLimits.maxEventBytes)).describe(
      'Largest size of an event. Of a larger one logboom keeps the beginning and sets `truncated` in `log.flags`. The default holds a line of 10 MiB, where Filebeat cuts, whatever it consists of.',
    ),
    maxCompressedBytes: size(formatSize(defaultLimits.maxCompressedBytes)).describe(
      'Largest size of a compressed frame.',
    ),
    maxInflatedBytes: size(formatSize(defaultLimits.maxInflatedBytes)).describe(
      'Largest size of a sender window after decompression. A window of more than 2 MiB, unless it comes as one compressed frame of up to 4 MiB, is stored and acknowledged in parts, so the limit does not decide how much memory is used.',
    ),
    maxPairs: z
      .int()
      .min(1)
      .default(defaultLimits.maxPairs)
      .describe('Largest number of key-value pairs in a v1 data frame.'),
  })
  .prefault({});

export const lumberjackInput = z.strictObject({
  enabled,
  host: host.describe('Address to listen on.'),
  port: port(5044).describe('Port to listen on. 0 takes a free port.'),
  maxConnections: z
    .int()
    .min(1)
    .default(1_000)
    .describe(
      'Largest number of open connections. A further one takes the place of one that has not sent a complete window yet; where there is none, logboom closes it and logs it.',
    ),
  maxConnectionsPerAddress: z
    .int()
    .min(1)
    .optional()
    .describe('Largest number of open connections of one address. Default: no limit of its own.'),
  firstByteTimeout: duration('60s').describe(
    'Time within which the first byte of a connection must arrive. Connections that have sent something are never closed for being idle.',
  ),
  proxy_protocol: proxyProtocol,
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
      .default(2_000_000)
      .describe(
        'Largest number of remembered events, at about 30 bytes each. Beyond that, logboom forgets the oldest and logs a warning.',
      ),
  })
  .prefault({});

const lumberjackAlone = z.strictObject({
  lumberjack: lumberjackInput
    .prefault({})
    .describe('The Lumberjack listener, for `output.logstash` of Filebeat.'),
  redelivery: redelivery.describe('How logboom recognises redelivered events.'),
});

const lumberjackItem = lumberjackInput.extend({
  kind: z
    .literal('lumberjack')
    .describe('Listens for Filebeat’s `output.logstash` and other Lumberjack senders.'),
  name: inputName,
  redelivery: redelivery.describe('How logboom recognises redelivered events.'),
});

const sameName = (name: string) =>
  invalid(`There are two inputs with the name \`${name}\`.`, 'Give one of them another name.');
const oneListener = invalid('There can be one input of kind `lumberjack`.', 'Remove one of them.');

const namedInputs = z
  .array(z.discriminatedUnion('kind', [lumberjackItem, fileInput, ...networkInputs, kafkaInput]))
  .superRefine((list, context) => {
    for (const [place, { name, kind }] of list.entries()) {
      const before = list.slice(0, place);
      if (before.some((other) => other.name === name))
        context.addIssue({ code: 'custom', path: [place, 'name'], message: sameName(name) });
      if (kind === 'lumberjack' && before.some((other) => other.kind === kind))
        context.addIssue({ code: 'custom', path: [place, 'kind'], message: oneListener });
    }
  })
  .describe(
    'Instead of `inputs.lumberjack` and `inputs.redelivery`: a list of inputs, each with a `kind` and a name.',
  );

/** Inputs as the server starts them, whichever way they were written. */
interface Inputs {
  /** The listener is there in both forms; in a list without one it is not enabled. */
  lumberjack: z.infer<typeof lumberjackInput>;
  redelivery: z.infer<typeof redelivery>;
  /** `place` is the place in the list, for messages. */
  files: (FileInputConfig & { place: number })[];
  /** Sockets, HTTP, Kafka and standard input. */
  network: NetworkInputConfig[];
}

function inputsOf(written: z.infer<typeof lumberjackAlone> | z.infer<typeof namedInputs>): Inputs {
  if (!Array.isArray(written)) return { ...written, files: [], network: [] };
  const listed = written.find((input) => input.kind === 'lumberjack');
  const {
    kind: _,
    name: __,
    redelivery: ofItem,
    ...lumberjack
  } = listed ?? lumberjackItem.parse({ kind: 'lumberjack', name: 'lumberjack', enabled: false });
  const network = written.flatMap((input, place) =>
    input.kind === 'file' || input.kind === 'lumberjack' ? [] : [{ ...input, place }],
  );
  const files = written.flatMap((input, place) => (input.kind === 'file' ? [{ ...input, place }] : []));
  return { lumberjack, redelivery: ofItem, files, network };
}

export const inputs = z.union([lumberjackAlone, namedInputs]).transform(inputsOf).prefault({});

export type LumberjackInputConfig = z.infer<typeof lumberjackInput>;
export type RedeliveryConfig = z.infer<typeof redelivery>;
