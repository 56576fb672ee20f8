import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import { messageOf } from '../../errors.ts';
import { expectProxyHeaders } from '../../listeners/proxied-server.ts';
import { type CertificateWatch, watchCertificates } from '../../listeners/secure.ts';
import { clientProblem, readCertificates, type TlsSettings, tlsOptions } from '../../listeners/tls.ts';
import type { NetworkInputTelemetry } from '../../telemetry/components/network-input.ts';
import { boundTo, listenOn, type Place, placeName } from './listening.ts';
import { peerAt, peerOf } from './peer.ts';
import type { StreamSet } from './stream-set.ts';

interface ListenerSettings extends TlsSettings, Place {
  name: string;
  maxConnections: number;
  /** Whether connections begin with a header of the PROXY protocol. Without effect on a Unix socket. */
  proxy_protocol: boolean;
}

const section = ({ name }: ListenerSettings) => `inputs (${name})`;
const remotePeer = (socket: Socket) => peerAt(socket.remoteAddress ?? 'unknown', socket.remotePort ?? 0).name;

/** Accepts connections, with or without TLS, and hands them to the set of streams. */
export class StreamListener {
  readonly #settings: ListenerSettings;
  readonly #streams: StreamSet;
  readonly #telemetry: NetworkInputTelemetry;
  /** All sockets, also those whose handshake is not complete. */
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #certificates: CertificateWatch | undefined;

  constructor(settings: ListenerSettings, streams: StreamSet, telemetry: NetworkInputTelemetry) {
    this.#settings = settings;
    this.#streams = streams;
    this.#telemetry = telemetry;
  }

  /** Throws PORT_IN_USE, and CONFIG_INVALID if the address or the certificates cannot be used. */
  async start(): Promise<void> {
    const settings = this.#settings;
    const server = settings.ssl_enabled ? await this.#tlsServer() : createServer((one) => this.#accept(one));
    this.#server = server;
    if (settings.proxy_protocol && settings.path === undefined)
      expectProxyHeaders(server, { allowsLocal: false, refused: this.#telemetry.proxyHeaderRefused });
    server.maxConnections = settings.maxConnections;
    server.on('connection', (socket: Socket) => this.#track(socket));
    server.on('drop', (peer) =>
      this.#telemetry.turnedAway(peer?.remoteAddress ?? 'a client', settings.maxConnections),
    );
    await listenOn(server, settings.name, settings);
    server.on('error', this.#telemetry.listenerFailed);
    if (settings.ssl_enabled) await this.#watch(server as TlsServer);
    this.#telemetry.listening(`${this.url}${settings.ssl_enabled ? ' with TLS' : ''}`);
  }

  /** Where it listens; empty before the start. */
  get url(): string {
    return this.#server === undefined ? '' : placeName(boundTo(this.#server, this.#settings));
  }

  /** Accepts nothing more. Open streams are the set's. */
  close(): void {
    this.#certificates?.stop();
    this.#server?.close();
  }

  /** Cuts off what is still open. */
  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  #accept(socket: Socket): void {
    this.#streams.add(socket.setKeepAlive(true, 60_000), peerOf(socket, this.#settings.path));
  }

  async #tlsServer(): Promise<Server> {
    const settings = this.#settings;
    const options = tlsOptions(settings, await readCertificates(settings, section(settings)));
    const server = createTlsServer(options, (socket: TLSSocket) => {
      const problem = clientProblem(settings, socket);
      if (problem === undefined) return this.#accept(socket);
      this.#telemetry.handshakeFailed(remotePeer(socket), problem);
      socket.on('error', () => {}).destroy();
    });
    return server.on('tlsClientError', (error, socket) => {
      this.#telemetry.handshakeFailed(remotePeer(socket), messageOf(error));
      socket.destroy();
    });
  }

  async #watch(server: TlsServer): Promise<void> {
    const settings = this.#settings;
    const renewal = { section: section(settings), server, ...this.#telemetry };
    this.#certificates = await watchCertificates(settings, renewal);
  }
}
