import * as z from 'zod';
import type { KafkaInputConfig } from './kafka-input.ts';
import { enabled, inputName, lineBasics } from './line-input.ts';
import { allowedHosts, open, proxyProtocol, ssl } from './listener.ts';
import { duration, host, invalid, notA, port, secret, size } from './values.ts';

const address = host.describe('Address to listen on.');
const openLines = open.describe(
  'Allow clear text on an address that other machines reach. Use it only inside a container or a closed network.',
);
const unixPath = z
  .string()
  .min(1)
  .optional()
  .describe('Path of a Unix socket (stream) to listen on, instead of `host` and `port`.');
const maxMessage = size('1mb').describe(
  'Largest line; what is beyond is cut off, and the event is flagged `truncated`.',
);
const maxConnections = z
  .int()
  .min(1)
  .default(1_000)
  .describe('Largest number of open connections. logboom closes further ones and logs it.');
const receiveBuffer = size('8mb').describe(
  'Receive buffer of the UDP socket. Linux grants at most `net.core.rmem_max`.',
);
const maxBuffer = size('16mb').describe(
  'Bytes of UDP events that may wait for the disk. Datagrams beyond that are lost, and counted.',
);

/** `host:port`, or `[address]:port`. */
const target = z
  .string()
  .regex(
    /^(?:\[[\da-fA-F:]+\]|[^\s:[\]]+):\d{1,5}$/,
    invalid('This is not a host with a port.', 'Write it as `host:port`.'),
  )
  .transform((text) => {
    const at = text.lastIndexOf(':');
    return { host: text.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(text.slice(at + 1)) };
  });

const tcpInput = z.strictObject({
  kind: z.literal('tcp').describe('Takes lines over TCP or a Unix socket.'),
  name: inputName,
  enabled,
  host: address,
  port: port(5140).describe('Port to listen on. 0 takes a free port.'),
  path: unixPath,
  connect: z
    .array(target)
    .default([])
    .describe(
      'Servers to connect to, as `host:port`, instead of listening: they send lines as soon as logboom connects.',
    ),
  ...lineBasics,
  maxMessage,
  maxConnections,
  open: openLines,
  proxy_protocol: proxyProtocol,
  ...ssl,
});

const udpInput = z.strictObject({
  kind: z.literal('udp').describe('Takes lines over UDP.'),
  name: inputName,
  enabled,
  host: address,
  port: port(5140).describe('Port to listen on. 0 takes a free port.'),
  ...lineBasics,
  maxMessage,
  receiveBuffer,
  maxBuffer,
  open: openLines,
});

const syslogInput = z.strictObject({
  kind: z.literal('syslog').describe('Takes syslog (RFC 3164 and 5424) over TCP, TLS, UDP or a Unix socket.'),
  name: inputName,
  enabled,
  host: address,
  port: port(5514).describe('Port to listen on, for TCP and UDP. 0 takes a free port.'),
  path: unixPath,
  protocols: z
    .array(z.enum(['tcp', 'udp']))
    .min(1)
    .default(['tcp', 'udp'])
    .describe('Protocols to listen for. With `ssl_enabled`, list `tcp` alone: UDP has no TLS.'),
  ...lineBasics,
  maxMessage,
  maxConnections,
  receiveBuffer,
  maxBuffer,
  open: openLines,
  proxy_protocol: proxyProtocol,
  ...ssl,
});

const httpInput = z.strictObject({
  kind: z
    .literal('http')
    .describe('Takes events over HTTP: `POST /events`, and the bulk requests of Elasticsearch’s senders.'),
  name: inputName,
  enabled,
  host: address,
  port: port(8080).describe('Port to listen on. 0 takes a free port.'),
  ...lineBasics,
  user: z.string().min(1).optional().describe('User for basic authentication.'),
  password: secret.optional().describe('Password for basic authentication.'),
  api_key: secret.optional().describe('API key that senders must present (`id:key` or its base64 form).'),
  token: secret.optional().describe('Bearer token that senders must present.'),
  allowedHosts,
  maxBody: size('100mb').describe('Largest body of a request, also after decompression.'),
  maxMessage: size('10mb').describe(
    'Largest event; what is beyond is cut off, and the event is flagged `truncated`.',
  ),
  maxBytesInFlight: size('128mb').describe(
    'Bytes that are received and not yet on disk, over all connections. Beyond that, requests are answered with 429.',
  ),
  requestTimeout: duration('60s').describe('Time within which a request must arrive whole.'),
  maxConnections,
  version: z
    .string()
    .regex(/^\d+\.\d+\.\d+$/, notA('version', 'Write it as `9.5.0`.'))
    .default('9.5.0')
    .describe('Version of Elasticsearch as which it answers. Beats refuse an older one than their own.'),
  open,
  proxy_protocol: proxyProtocol,
  ...ssl,
});

const stdinInput = z.strictObject({
  kind: z.literal('stdin').describe('Takes lines of standard input.'),
  name: inputName,
  enabled,
  ...lineBasics,
  maxMessage,
});

export const networkInputs = [tcpInput, udpInput, syslogInput, httpInput, stdinInput] as const;

export type TcpInputConfig = z.infer<typeof tcpInput>;
export type UdpInputConfig = z.infer<typeof udpInput>;
export type SyslogInputConfig = z.infer<typeof syslogInput>;
export type HttpInputConfig = z.infer<typeof httpInput>;
export type StdinInputConfig = z.infer<typeof stdinInput>;

/** `place` is its place in the list, for messages. */
export type NetworkInputConfig = { place: number } & (
  | TcpInputConfig
  | UdpInputConfig
  | SyslogInputConfig
  | HttpInputConfig
  | KafkaInputConfig
  | StdinInputConfig
);
