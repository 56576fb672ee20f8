import { type Server, Socket } from 'node:net';
import type { Millis } from '../model.ts';
import { isLoopback } from './guard.ts';
import { type Peer, receive } from './reception.ts';

/** Within which a connection must send its header. */
const headerWithin: Millis = 10_000;

interface ProxiedServerOptions {
  /** Whether programs on this machine may connect without a header, as logboom's own commands and sink do. */
  allowsLocal: boolean;
  /** A connection was closed because its header is not valid, or did not come. */
  refused: (peer: string, reason: string) => void;
}

/** The socket of the connection over which TLS is spoken. Node keeps it, and does not document where. */
export function rawSocket(socket: Socket): Socket {
  const under: unknown = Reflect.get(socket, '_parent');
  return under instanceof Socket ? under : socket;
}

/** Makes the socket name the client as its other end. */
function named(socket: Socket, { address, port }: Peer): void {
  Object.defineProperty(socket, 'remoteAddress', { value: address, configurable: true });
  Object.defineProperty(socket, 'remotePort', { value: port, configurable: true });
}

/**
 * Makes a server, plain or with TLS, read the header of the PROXY protocol at the beginning of each connection. The server's
 * own listener of connections is called after that, and sees the client's address. To be called before others listen for
 * connections of the server: they are called at once, so that they know of those that wait for their header, too.
 */
export function expectProxyHeaders(server: Server, { allowsLocal, refused }: ProxiedServerOptions): void {
  const accepting = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeAllListeners('connection');
  const peers = new WeakMap<Socket, Peer>();
  server.on('connection', (socket: Socket) =>
    receive(socket, {
      proxyProtocol: true,
      ...(allowsLocal && { mayBeBare: ({ address }: Peer) => isLoopback(address) }),
      mayBeSilent: true,
      firstByteWithin: headerWithin,
      accept: (accepted, peer) => {
        peers.set(accepted, peer);
        named(accepted, peer);
        for (const accept of accepting) accept.call(server, accepted);
      },
      probed: () => {},
      silent: (peer) =>
        refused(peer.address, `no header of the PROXY protocol came within ${headerWithin / 1000} s`),
      refused: (peer, reason) => refused(peer.address, reason),
    }),
  );
  const nameSecure = (socket: Socket) => {
    const peer = peers.get(rawSocket(socket));
    if (peer) named(socket, peer);
  };
  server.prependListener('secureConnection', nameSecure);
  server.prependListener('tlsClientError', (_: Error, socket: Socket) => nameSecure(socket));
}
