import type { HttpInputConfig } from '../../config/schema/network-inputs.ts';
import type { JsonObject } from '../../events/index.ts';
import type { Millis, Origin } from '../../model.ts';
import type { InputStats } from '../../telemetry/api/status.ts';
import type { NetworkInputTelemetry } from '../../telemetry/components/network-input.ts';
import { within } from '../../util/waiting.ts';
import type { Input } from '../input.ts';
import { HttpListener } from './http-listener.ts';
import { type HttpStore, Intake } from './intake.ts';
import { BodyMemory } from './request-body.ts';
import { addRoutes } from './routes.ts';
import { Senders } from './senders.ts';

interface HttpInputOptions {
  config: HttpInputConfig;
  telemetry: NetworkInputTelemetry;
  store: HttpStore;
  /** What all its connections have in common; the name of the input is its `connection`. */
  origin: Origin;
  /** Fields of every event. */
  fields: JsonObject;
  now: () => Millis;
}

/**
 * Takes events over HTTP: `POST /events`, and what senders of Elasticsearch send. A request is answered when its events are on disk.
 * While the journal is full, requests are answered with 429. A sender that got no answer sends again; its events are recognised as
 * those of Lumberjack senders are.
 */
export class HttpInput implements Input {
  readonly kind = 'http';
  readonly name: string;
  readonly #options: HttpInputOptions;
  readonly #listener: HttpListener;
  readonly #intake: Intake;
  readonly #memory: BodyMemory;
  readonly #senders: Senders;
  #received = 0;
  #refused = 0;
  #stopped: Promise<void> | undefined;

  constructor(options: HttpInputOptions) {
    const { config, telemetry, store, now } = options;
    this.name = config.name;
    this.#options = options;
    this.#memory = new BodyMemory(config.maxBytesInFlight);
    this.#intake = new Intake({ store, now, telemetry });
    this.#senders = new Senders(options);
    this.#listener = new HttpListener(config, telemetry);
  }

  async start(): Promise<void> {
    const { config, telemetry } = this.#options;
    const app = await this.#listener.open();
    app.server.on(config.ssl_enabled ? 'secureConnection' : 'connection', this.#senders.opened);
    addRoutes(app, {
      ...{ config, telemetry, intake: this.#intake, memory: this.#memory, senders: this.#senders },
      onBody: (bytes) => {
        this.#received += bytes;
        telemetry.received(bytes);
      },
      onRefused: (count) => {
        this.#refused += count;
      },
    });
    await this.#listener.listen();
  }

  stop(timeout: Millis): Promise<void> {
    this.#stopped ??= this.#stop(timeout);
    return this.#stopped;
  }

  stats(): InputStats {
    const { stored: events, lastEvent } = this.#intake;
    return {
      ...{ events, bytes: this.#received, connections: this.#senders.size, listens: this.#listener.url },
      ...(lastEvent !== undefined && { lastEvent }),
      ...(this.#refused > 0 && { refused: this.#refused }),
      ...(this.#memory.held > 0 && { bytesInFlight: this.#memory.held }),
    };
  }

  async #stop(timeout: Millis): Promise<void> {
    await within(this.#listener.close(), timeout);
    this.#listener.destroy();
    this.#options.telemetry.stopped();
  }
}
