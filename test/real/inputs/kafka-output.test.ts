import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../../src/generator/client.ts';
import type { Notifier } from '../../../src/notifiers/notifier.ts';
import { aNotifier, anAttempt, failure } from '../../support/notifiers.ts';
import { aNotification } from '../../support/rules/alerts.ts';
import { Server } from '../../support/server.ts';
import { type RealKafka, saslUser, startKafka } from '../support/kafka.ts';
import { eventually } from '../support/peers.ts';

let kafka: RealKafka;
const open: Notifier[] = [];

beforeAll(async () => {
  kafka = await startKafka();
});
afterAll(async () => {
  await Promise.all(open.map((notifier) => notifier.close?.()));
  await kafka.stop();
});

function aTopic(topic: string, settings: object = {}): Notifier {
  const notifier = aNotifier({ kind: 'kafka', brokers: [kafka.plain], topic, ...settings });
  open.push(notifier);
  return notifier;
}

interface Read {
  key: string;
  id: string;
  value: Record<string, unknown>;
}

/** All messages of a topic, from its beginning. */
async function read(topic: string, enough: (all: Read[]) => boolean): Promise<Read[]> {
  const consumer = kafka.client().consumer({ groupId: `read-${topic}-${Math.random()}` });
  const all: Read[] = [];
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message: { key, value, headers } }) => {
      all.push({ key: String(key), id: String(headers!.id), value: JSON.parse(String(value)) });
    },
  });
  try {
    return await eventually(`messages of ${topic}`, () => (enough(all) ? all : undefined));
  } finally {
    await consumer.disconnect();
  }
}

describe('a notifier of the kind kafka, with a real broker', () => {
  it('writes documents with rule and group as the key, and the id', async () => {
    const notifier = aTopic('alerts');
    const { answer } = await notifier.send(aNotification('ops', 1), anAttempt());
    expect(answer).toContain('alerts');
    await notifier.sendAll!(
      [2, 3].map((number) => aNotification('ops', number)),
      anAttempt().signal,
    );
    const all = await read('alerts', (found) => found.length === 3);
    expect(all.map(({ id }) => id)).toEqual(['n1-ops', 'n2-ops', 'n3-ops']);
    expect(all[0]).toMatchObject({
      key: 'burst web-1',
      value: { id: 'n1-ops', alert: { status: 'active' } },
    });
  });

  it.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])('logs in by %s', async (sasl_mechanism) => {
    const settings = { brokers: [kafka.sasl], ...saslUser, sasl_mechanism };
    const receipt = await aTopic('logins', settings).send(aNotification('ops'), anAttempt());
    expect(receipt.answer).toContain('has the message');
    const wrong = await failure(
      aTopic('logins', { ...settings, password: 'wrong' }).send(aNotification('ops'), anAttempt()),
    );
    expect(wrong).toMatchObject({ code: 'NOTIFIER_MISCONFIGURED' });
    expect(wrong!.message).toContain('correct `user`, `password` and `sasl_mechanism`');
  });

  it('uses TLS with a client certificate, and names a wrong authority', async () => {
    const { authority, certificate, key } = kafka.certificates;
    const tls = { brokers: [kafka.tls], ssl_enabled: true, ssl_certificate: certificate, ssl_key: key };
    const trusted = { ...tls, ssl_certificate_authorities: [authority] };
    await aTopic('tls', trusted).send(aNotification('ops'), anAttempt());
    const wrong = await failure(aTopic('tls', tls).send(aNotification('ops'), anAttempt()));
    expect(wrong).toMatchObject({ code: 'NOTIFIER_MISCONFIGURED' });
  });

  it('refuses a message that the broker never takes', async () => {
    const notification = aNotification('ops', 1, { message: 'x'.repeat(3 * 2 ** 20) });
    const found = await failure(aTopic('large').send(notification, anAttempt()));
    expect(found).toMatchObject({ code: 'NOTIFIER_REFUSED', retryable: false });
  });

  it('gives up at the timeout, and connects again after the broker was away', async () => {
    const notifier = aTopic('away');
    await notifier.send(aNotification('ops', 1), anAttempt());
    await kafka.kill();
    const gone = await failure(
      notifier.send(aNotification('ops', 2), anAttempt({ signal: AbortSignal.timeout(5_000) })),
    );
    expect(gone).toMatchObject({ code: 'NOTIFIER_UNAVAILABLE' });
    await kafka.restart();
    await eventually('it delivers again', async () => {
      const found = await failure(notifier.send(aNotification('ops', 3), anAttempt()));
      return found === undefined ? true : undefined;
    });
  });
});

describe('a stream into Kafka', () => {
  it('has every window of a server that is killed, each under one id', async () => {
    const server = await Server.withConfig({
      parsers: { timestamp: '@timestamp' },
      rules: [{ name: 'all', over: '1s', lateness: '0s', by: ['host.name'] }],
      notifiers: { topic: { kind: 'kafka', brokers: [kafka.plain], topic: 'windows' } },
      streams: { all: { notifier: 'topic' } },
    });
    const begin = Math.floor((Date.now() - 600_000) / 1000) * 1000;
    for (let round = 0; round < 3; round += 1) {
      await server.start();
      const client = await connect({ host: '127.0.0.1', port: server.ports.lumberjack });
      await client.send(
        Array.from({ length: 101 }, (_, n) =>
          JSON.stringify({
            '@timestamp': new Date(begin + round * 101_000 + n * 1_000).toISOString(),
            ...{ host: { name: 'web-1' }, agent: { id: 'x' } },
          }),
        ),
      );
      client.close();
      if (round < 2) await server.kill();
    }
    const ids = (all: Read[]) => new Set(all.map(({ id }) => id));
    const all = await read('windows', (found) => ids(found).size >= 302);
    expect(new Set(all.map(({ key }) => key))).toEqual(new Set(['all web-1']));
    const starts = all.map(({ value }) => Date.parse((value.window as { start: string }).start));
    expect(new Set(starts).size).toBe(ids(all).size);
    for (const { id, value } of all) expect((value.event as { id: string }).id).toBe(id);
  });
});
