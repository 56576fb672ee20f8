import { request } from 'undici';
import { LogboomError, messageOf } from '../../errors.ts';
import { connect, type LumberjackClient } from '../client.ts';
import { documentsOf, type LineBatch, type Output } from './output.ts';

/** Sends as Filebeat's `output.elasticsearch` does, or NDJSON to `POST /events`. */
export class HttpOutput implements Output {
  readonly #url: URL;
  readonly #isBulk: boolean;

  constructor(url: string, as: 'bulk' | 'events') {
    this.#isBulk = as === 'bulk';
    this.#url = new URL(url);
    const { pathname } = this.#url;
    if (pathname === '/' || pathname === '') this.#url.pathname = this.#isBulk ? '/_bulk' : '/events';
  }

  async write(batch: LineBatch): Promise<void> {
    const documents = documentsOf(batch);
    const before = this.#isBulk ? '{"create":{"_index":"logs-generated"}}\n' : '';
    const body = documents.map((document) => `${before}${document}\n`).join('');
    for (let pause = 250; ; pause = Math.min(2 * pause, 10_000)) {
      const refused = await this.#post(body);
      if (refused === undefined) return;
      // 429 and 503: the server is to be asked again.
      if (refused.status !== 429 && refused.status !== 503)
        throw new LogboomError(
          'SINK_REFUSED',
          `${this.#url.origin} answered ${refused.status}: ${refused.text}`,
        );
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  async close(): Promise<void> {}

  async #post(body: string): Promise<{ status: number; text: string } | undefined> {
    try {
      const headers = { 'content-type': 'application/x-ndjson' };
      const answer = await request(this.#url, { method: 'POST', headers, body });
      const text = await answer.body.text();
      const isTaken = answer.statusCode === 200 && !/"errors":\s*true/.test(text);
      return isTaken ? undefined : { status: answer.statusCode, text: text.slice(0, 500) };
    } catch (cause) {
      const message = `${this.#url.origin} takes no events: ${messageOf(cause)}.`;
      throw new LogboomError('SINK_UNAVAILABLE', message, { cause });
    }
  }
}

/** Ships as Filebeat's `output.logstash` does. Resolves when the server has acknowledged. */
export class LumberjackOutput implements Output {
  readonly #client: LumberjackClient;

  private constructor(client: LumberjackClient) {
    this.#client = client;
  }

  static async connect(address: { host: string; port: number }): Promise<LumberjackOutput> {
    return new LumberjackOutput(await connect({ ...address, reconnectAfter: 1_000 }));
  }

  write(batch: LineBatch): Promise<void> {
    return this.#client.send(documentsOf(batch));
  }

  async close(): Promise<void> {
    this.#client.close();
  }
}

/** What is used of a producer of kafkajs. */
interface Producer {
  send(record: { topic: string; messages: { key: string; value: string }[] }): Promise<unknown>;
  disconnect(): Promise<void>;
}

/** Writes JSON, with the host as the key, so that the lines of a host stay in their order. */
export class KafkaOutput implements Output {
  readonly #producer: Producer;
  readonly #topic: string;

  private constructor(producer: Producer, topic: string) {
    this.#producer = producer;
    this.#topic = topic;
  }

  static async connect(brokers: string[], topic: string): Promise<KafkaOutput> {
    try {
      const { default: library } = await import('kafkajs');
      const kafka = new library.Kafka({
        clientId: 'logboom-generate',
        brokers,
        logLevel: library.logLevel.NOTHING,
      });
      const producer = kafka.producer();
      await producer.connect();
      return new KafkaOutput(producer, topic);
    } catch (cause) {
      const message = `Kafka at ${brokers.join(', ')} takes no events: ${messageOf(cause)}. The client is the optional package kafkajs.`;
      throw new LogboomError('SINK_UNAVAILABLE', message, { cause });
    }
  }

  async write(batch: LineBatch): Promise<void> {
    const values = documentsOf(batch);
    const messages = values.map((value, index) => ({ key: batch.sources[index]!.host, value }));
    await this.#producer.send({ topic: this.#topic, messages });
  }

  async close(): Promise<void> {
    await this.#producer.disconnect();
  }
}
