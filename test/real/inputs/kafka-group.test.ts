import { setTimeout as after } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KafkaInputConfig } from '../../../src/config/schema/kafka-input.ts';
import { networkFields } from '../../../src/inputs/event-fields.ts';
import { KafkaInput } from '../../../src/inputs/kafka/kafka-input.ts';
import type { Batch, EventBlock, InputState } from '../../../src/model.ts';
import { networkInputTelemetry } from '../../../src/telemetry/components/network-input.ts';
import { silentInstruments } from '../../../src/telemetry/metrics.ts';
import { load } from '../../support/config.ts';
import { type RealKafka, startKafka } from '../support/kafka.ts';
import { eventually } from '../support/peers.ts';

let kafka: RealKafka;
beforeAll(async () => {
  kafka = await startKafka();
  const admin = kafka.client().admin();
  await admin.connect();
  const topics = ['shared', 'held', 'again'].map((topic) => ({
    topic,
    numPartitions: 4,
    replicationFactor: 1,
  }));
  await admin.createTopics({ topics });
  await admin.disconnect();
});
afterAll(() => kafka?.stop());

/** A member of a group with a journal in memory, which the test can hold shut. */
async function aMember(topic: string, states = new Map<string, unknown>()) {
  const { config, problems } = load({
    yaml: `inputs: [{ kind: kafka, name: k, brokers: ["${kafka.plain}"], topics: [${topic}], group: ${topic} }]`,
  });
  expect(problems).toEqual([]);
  const settings = config!.inputs.network[0] as KafkaInputConfig;
  const messages: string[] = [];
  const gate = { shut: Promise.resolve(), open: () => {} };
  const note = (all: readonly InputState[]) => {
    for (const { key, value } of all) states.set(key, value);
  };
  const input = new KafkaInput({
    config: settings,
    telemetry: networkInputTelemetry(silentInstruments(), settings),
    store: {
      async append({ payload }: Batch, _: EventBlock, all: readonly InputState[]) {
        await gate.shut;
        for (const line of payload.toString().trimEnd().split('\n')) messages.push(JSON.parse(line).message);
        note(all);
      },
      saveStates: async (all) => note(all),
      states: (prefix) =>
        [...states].flatMap(([key, value]) => (key.startsWith(prefix) ? [{ key, value }] : [])),
    },
    origin: { input: 'k', connection: 'k', address: '' },
    fields: networkFields({ kind: 'kafka', fields: {}, tags: [] }),
    now: Date.now,
    every: 500,
  });
  await input.start();
  const shut = () => {
    gate.shut = new Promise((resolve) => {
      gate.open = resolve;
    });
  };
  return { input, messages, shut, open: () => gate.open(), states };
}

/** Sends numbered lines in batches of 100, with a pause in milliseconds between them. */
async function produce(topic: string, count: number, pause = 20): Promise<string[]> {
  const producer = kafka.client().producer();
  await producer.connect();
  const lines = Array.from({ length: count }, (_, i) => `line ${i}`);
  for (let from = 0; from < count; from += 100) {
    const messages = lines.slice(from, from + 100).map((value) => ({ key: value, value }));
    await producer.send({ topic, messages });
    await after(pause);
  }
  await producer.disconnect();
  return lines;
}

describe('the members of a group', () => {
  it('take each message once between them, while they come and go', async () => {
    const first = await aMember('shared');
    // For as long as members need to come and go.
    const sending = produce('shared', 10_000, 250);
    await eventually('the first reads', () => first.messages.length > 500);
    const second = await aMember('shared');
    await eventually('the second has its share', () => second.messages.length > 200, 60_000);
    await first.input.stop(10_000);
    const third = await aMember('shared');
    const lines = await sending;
    const all = () => [...first.messages, ...second.messages, ...third.messages];
    await eventually('all are taken', () => all().length >= lines.length, 60_000);
    await Promise.all([second.input.stop(10_000), third.input.stop(10_000)]);
    expect(all().sort()).toEqual([...lines].sort());
  });

  it('keep their membership while their journal takes nothing', async () => {
    const member = await aMember('held');
    member.shut();
    const lines = await produce('held', 1_000);
    // Longer than the time after which a silent member is put out of the group.
    await after(35_000);
    expect(member.messages).toEqual([]);
    member.open();
    await eventually('all are taken', () => member.messages.length >= lines.length, 60_000);
    await member.input.stop(10_000);
    expect(member.messages.sort()).toEqual([...lines].sort());
  });

  it('take no message again whose offset was stored and not committed', async () => {
    const member = await aMember('again');
    const lines = await produce('again', 1_000);
    await eventually('all are taken', () => member.messages.length === lines.length, 60_000);
    await member.input.stop(10_000);
    const admin = kafka.client().admin();
    await admin.connect();
    await admin.resetOffsets({ groupId: 'again', topic: 'again', earliest: true });
    await admin.disconnect();
    const restarted = await aMember('again', member.states);
    const more = await produce('again', 100);
    await eventually('the new ones are taken', () => restarted.messages.length >= more.length, 60_000);
    await restarted.input.stop(10_000);
    expect(restarted.messages.sort()).toEqual([...more].sort());
  });
});
