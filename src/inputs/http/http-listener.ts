import type { Server, Socket } from 'node:net';
import type { Server as TlsServer } from 'node:tls';
import { type FastifyInstance, fastify } from 'fastify';
import type { HttpInputConfig } from '../../config/schema/network-inputs.ts';
import { messageOf } from '../../errors.ts';
import { expectProxyHeaders } from '../../listeners/proxied-server.ts';
import { type CertificateWatch, watchCertificates } from '../../listeners/secure.ts';
import { readCertificates, tlsOptions } from '../../listeners/tls.ts';
import type { NetworkInputTelemetry } from '../../telemetry/components/network-input.ts';
import { boundTo, listenProblem, placeName } from '../network/listening.ts';
import { peerAt } from '../network/peer.ts';

const noSchemas = () => {
  throw new Error('routes of this input have no schemas');
};

const limits = {
  /** Senders keep connections for reuse for 60 s (Filebeat) or 90 s (Go), and should be those that close. */
  keepAliveTimeout: 120_000,
  maxHeaderSize: 16 * 1024,
  // By default Node checks for requests that take too long every 30 s only.
  connectionsCheckingInterval: 1_000,
};

/** The HTTP server of an input: Fastify without its own body limits and schemas, with TLS as all listeners have it. */
export class HttpListener {
  readonly #config: HttpInputConfig;
  readonly #telemetry: NetworkInputTelemetry;
  readonly #sockets = new Set<Socket>();
  #app: FastifyInstance | undefined;
  #certificates: CertificateWatch | undefined;

  constructor(config: HttpInputConfig, telemetry: NetworkInputTelemetry) {
    this.#config = config;
    this.#telemetry = telemetry;
  }

  /** Makes the server, which does not listen yet. Throws CONFIG_INVALID if the certificates cannot be used. */
  async open(): Promise<FastifyInstance> {
    const config = this.#config;
    const https = config.ssl_enabled
      ? tlsOptions(config, await readCertificates(config, this.#section))
      : undefined;
    const common = {
      logger: false,
      bodyLimit: Number.MAX_SAFE_INTEGER,
      forceCloseConnections: 'idle',
      requestTimeout: config.requestTimeout,
      keepAliveTimeout: limits.keepAliveTimeout,
      schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
      routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, maxParamLength: 4096 },
    } as const;
    const app =
      https === undefined
        ? fastify({ ...common, http: limits })
        : (fastify({ ...common, https: { ...https, ...limits } }) as unknown as FastifyInstance);
    if (config.proxy_protocol)
      expectProxyHeaders(app.server, { allowsLocal: false, refused: this.#telemetry.proxyHeaderRefused });
    this.#watchServer(app.server);
    this.#app = app;
    return app;
  }

  /** Throws PORT_IN_USE, and CONFIG_INVALID if the address cannot be used. */
  async listen(): Promise<void> {
    const { host, port, name, ssl_enabled } = this.#config;
    const app = this.#app!;
    try {
      await app.listen({ host, port });
    } catch (error) {
      await app.close();
      throw listenProblem(name, this.#config, error as NodeJS.ErrnoException);
    }
    app.server.on('error', this.#telemetry.listenerFailed);
    if (ssl_enabled) await this.#watchCertificates(app.server as unknown as TlsServer);
    this.#telemetry.listening(`${this.url}${ssl_enabled ? ' with TLS' : ''}`);
  }

  /** Where it listens; empty before the start. */
  get url(): string {
    const server: Server | undefined = this.#app?.server;
    return server?.listening ? placeName(boundTo(server, this.#config)) : '';
  }

  /** Accepts nothing more; resolves when all requests are answered. */
  async close(): Promise<void> {
    this.#certificates?.stop();
    await this.#app?.close();
  }

  /** Cuts off what is still open. */
  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  get #section(): string {
    return `inputs (${this.#config.name})`;
  }

  #watchServer(server: Server): void {
    const { maxConnections } = this.#config;
    server.maxConnections = maxConnections;
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket.setKeepAlive(true, 60_000));
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.on('drop', (peer) =>
      this.#telemetry.turnedAway(peer?.remoteAddress ?? 'a client', maxConnections),
    );
    server.on('tlsClientError', (error: Error, { remoteAddress, remotePort }: Socket) => {
      const peer = peerAt(remoteAddress ?? 'unknown', remotePort ?? 0).name;
      this.#telemetry.handshakeFailed(peer, messageOf(error));
    });
  }

  async #watchCertificates(server: TlsServer): Promise<void> {
    const renewal = { section: this.#section, server, ...this.#telemetry };
    this.#certificates = await watchCertificates(this.#config, renewal);
  }
}
