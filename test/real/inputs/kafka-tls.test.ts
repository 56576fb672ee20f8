import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestsTo } from '../support/findings.ts';
import { type RealKafka, startKafka } from '../support/kafka.ts';
import { type RealLogboom, startLogboom } from '../support/logboom.ts';
import { eventually } from '../support/peers.ts';

let kafka: RealKafka;
let server: RealLogboom;

const values = Array.from({ length: 300 }, (_, i) => `line ${i}`);

/** The messages in the index, by their places in the topic. */
async function messagesOf(dataset: string): Promise<{ message: string; place: string }[]> {
  const { status, body } = await requestsTo(server.store)('POST', `/logs-${dataset}-default/_search`, {
    size: 1_000,
  });
  if (status === 404) return [];
  // biome-ignore lint/suspicious/noExplicitAny: an answer of the store
  return (body as any).hits.hits.map(({ _source: { message, kafka: at } }: any) => ({
    message,
    place: `${at.partition} ${at.offset}`,
  }));
}

beforeAll(async () => {
  kafka = await startKafka();
  const admin = kafka.client().admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: 'secure', numPartitions: 3, replicationFactor: 1 }] });
  await admin.disconnect();
  const producer = kafka.client().producer();
  await producer.connect();
  // A producer sends again what was for a partition without a leader, and all that it sent with it.
  for (const partition of [0, 1, 2]) {
    const messages = values.filter((_, i) => i % 3 === partition).map((value) => ({ value, partition }));
    await producer.send({ topic: 'secure', messages });
  }
  await producer.disconnect();
  const { authority } = kafka.certificates;
  const input = (name: string, broker: string, rest: object) => ({
    ...{ kind: 'kafka', name, group: name, brokers: [broker], topics: ['secure'], dataset: name },
    ...{ ssl_enabled: true, ...rest },
  });
  server = await startLogboom({
    inputs: [
      input('trusted', kafka.oneWayTls, { ssl_certificate_authorities: [authority] }),
      input('unchecked', kafka.oneWayTls, { ssl_verification_mode: 'none' }),
      input('unknown', kafka.oneWayTls, {}),
      input('nameless', kafka.tls, { ssl_certificate_authorities: [authority] }),
    ],
  });
});
afterAll(async () => {
  await server?.discard();
  await kafka?.stop();
});

describe('a Kafka input over TLS without a client certificate', () => {
  it.each(['trusted', 'unchecked'])('reads each message once: %s', async (name) => {
    const found = await eventually('all are indexed', async () => {
      const messages = await messagesOf(name);
      return messages.length >= values.length ? messages : undefined;
    });
    expect(new Set(found.map(({ place }) => place)).size).toBe(found.length);
    expect(found.map(({ message }) => message).sort()).toEqual([...values].sort());
    expect((await server.status()).inputs[name]!.problems ?? []).toEqual([]);
  });

  it.each([
    ['unknown', 'does not trust the broker', /^not connected to \S+: .*self-signed certificate/],
    [
      'nameless',
      'is refused by a broker that asks for one',
      /^not connected to \S+: the broker refuses the client certificate, or asks for one/,
    ],
  ])('of the input %s %s, says so, and reads nothing', async (name, _, words) => {
    const problem = await eventually(
      'the status says it',
      async () => (await server.status()).inputs[name]!.problems?.[0],
    );
    expect(problem).toMatch(words);
    expect(await messagesOf(name)).toEqual([]);
    expect((await server.status()).inputs[name]!.events ?? 0).toBe(0);
  });
});
