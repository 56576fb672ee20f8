import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { JsonObject } from '../../events/index.ts';
import { subjectOf } from '../../listeners/tls.ts';
import type { Origin } from '../../model.ts';
import type { NetworkInputTelemetry } from '../../telemetry/components/network-input.ts';
import { EventMaker } from '../documents/event-maker.ts';
import { peerOf } from '../network/peer.ts';
import type { HttpSender, HttpStore } from './intake.ts';

interface SendersOptions {
  config: { maxMessage: number };
  store: Pick<HttpStore, 'connectionOpened' | 'connectionClosed'>;
  telemetry: NetworkInputTelemetry;
  origin: Origin;
  fields: JsonObject;
}

interface Connection extends HttpSender {
  /** Requests whose answer is not sent. */
  unanswered: number;
  /** Whether a request was not answered well, or the connection broke. */
  broken: boolean;
  error: unknown;
}

/** The open connections, each a sender of its own. */
export class Senders {
  readonly #options: SendersOptions;
  readonly #open = new Map<Socket, Connection>();
  #accepted = 0;

  constructor(options: SendersOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#open.size;
  }

  readonly opened = (socket: Socket): void => {
    const { telemetry, store } = this.#options;
    const connection = this.#connection(socket);
    const { origin } = connection;
    this.#open.set(socket, connection);
    store.connectionOpened(origin);
    telemetry.connectionOpened(origin.connection);
    socket.once('error', (error) => {
      connection.error = error;
    });
    socket.once('close', () => {
      this.#open.delete(socket);
      const { error, broken, unanswered } = connection;
      store.connectionClosed(origin.connection, error === undefined && !broken && unanswered === 0);
      telemetry.connectionClosed(origin.connection, error);
    });
  };

  /** The sender behind a socket. A request begins: until `answered` is called, it has no answer. */
  begin(socket: Socket): { sender: HttpSender; answered: (well: boolean) => void } {
    const connection = this.#open.get(socket) ?? this.#connection(socket);
    connection.unanswered += 1;
    return {
      sender: connection,
      answered: (well) => {
        connection.unanswered -= 1;
        if (!well) connection.broken = true;
      },
    };
  }

  #connection(socket: Socket): Connection {
    const { config, origin, fields, telemetry } = this.#options;
    this.#accepted += 1;
    const peer = peerOf(socket, undefined);
    const tlsSubject = socket instanceof TLSSocket ? subjectOf(socket) : undefined;
    return {
      origin: {
        ...origin,
        ...{ connection: `${peer.name}#${this.#accepted}`, address: peer.ip ?? '', acknowledged: true },
        ...(tlsSubject !== undefined && { tlsSubject }),
      },
      maker: new EventMaker({
        ...{ fields, peer, maxMessage: config.maxMessage, truncated: telemetry.truncated },
      }),
      unanswered: 0,
      broken: false,
      error: undefined,
    };
  }
}
