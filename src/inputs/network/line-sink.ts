import type { Millis, Origin } from '../../model.ts';
import type { InputStats } from '../../telemetry/api/status.ts';
import type { NetworkInputTelemetry } from '../../telemetry/components/network-input.ts';
import { type ConstantFields, constantFields, EventWriter, type JsonObject } from '../event-writer.ts';
import { Outlet, type Store } from '../outlet.ts';
import type { Peer } from './peer.ts';

/** Names the machine that a line comes from, if the line says so. */
export type HostOf = (bytes: Buffer, from: number, to: number) => string | undefined;

interface LineSinkOptions {
  origin: Origin;
  store: Store;
  telemetry: NetworkInputTelemetry;
  /** Fields of every event. */
  fields: JsonObject;
  /** Absent where lines do not name their host. */
  hostOf?: HostOf | undefined;
  now?: () => Millis;
}

/** Hosts of one peer whose fields are kept ready. A relay has many; beyond that they are made anew. */
const mostHosts = 1_000;

/** Writes lines of peers into the journal, by one outlet for the whole input, and counts them. */
export class LineSink {
  readonly outlet: Outlet;
  readonly #options: LineSinkOptions;
  readonly #writer = new EventWriter();
  readonly #now: () => Millis;
  #bytes = 0;
  #stored = 0;
  #lastEvent: Millis | undefined;

  constructor(options: LineSinkOptions) {
    const { origin, store, telemetry } = options;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.outlet = new Outlet({
      ...{ origin, store, now: this.#now },
      telemetry: {
        batchRefused: telemetry.batchRefused,
        batchStored: (events, bytes) => {
          this.#stored += events;
          this.#lastEvent = this.#now();
          telemetry.batchStored(events, bytes);
        },
      },
    });
  }

  /** Before the lines of a chunk. */
  begin(bytes: number): void {
    this.#bytes += bytes;
    this.#options.telemetry.received(bytes);
    this.#writer.setTime(new Date(this.#now()).toISOString());
  }

  /** What writes the lines of one peer. */
  writerFor(peer: Peer) {
    const { hostOf, telemetry, fields } = this.#options;
    const known = new Map<string | undefined, ConstantFields>();
    const fieldsOf = (host: string | undefined) => {
      let made = known.get(host);
      if (made === undefined) {
        made = constantFields(fieldsOfPeer(fields, peer, host));
        if (known.size < mostHosts) known.set(host, made);
      }
      return made;
    };
    return (bytes: Buffer, from: number, to: number, offset?: number, flags?: readonly string[]) => {
      if (flags !== undefined) telemetry.truncated();
      const place = offset === undefined ? {} : { offset };
      const message = { bytes, from, to, ...place, ...(flags !== undefined && { flags }) };
      this.#writer.write(this.outlet.builder, fieldsOf(hostOf?.(bytes, from, to)), message);
    };
  }

  stats(): InputStats {
    const lastEvent = this.#lastEvent;
    return { events: this.#stored, bytes: this.#bytes, ...(lastEvent !== undefined && { lastEvent }) };
  }
}

/**
 * The fields of a peer's events. Where the line names another host than the peer, the host is the one that the line names, and
 * the peer that passed it on is the observer.
 */
export function fieldsOfPeer(common: JsonObject, peer: Peer, host: string | undefined): JsonObject {
  const { log, host: given, ...others } = common;
  const name = host ?? peer.host;
  const isPassedOn = host !== undefined && peer.ip !== undefined && host !== peer.ip && !peer.isLocal;
  const ip = host === undefined || host === peer.ip ? peer.ip : undefined;
  const source = peer.address === undefined ? {} : { source: { address: peer.address } };
  return {
    ...others,
    log: { ...(log as JsonObject | undefined), ...source },
    host: {
      name,
      ...(ip !== undefined && !peer.isLocal && { ip: [ip] }),
      ...(given as JsonObject | undefined),
    },
    ...(isPassedOn && { observer: { ip: [peer.ip] } }),
  };
}
