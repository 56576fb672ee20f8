import { describe, expect, it, onTestFinished } from 'vitest';
import { type ConfigInput, schema } from '../../src/config/schema/schema.ts';
import { matchersGivenUp } from '../../src/notifiers/control/matcher.ts';
import { Delivery } from '../../src/notifiers/delivery.ts';
import { Outbox } from '../../src/notifiers/outbox.ts';
import { silentInstruments } from '../../src/telemetry/metrics.ts';
import { eventually } from '../support/eventually.ts';
import { aFolder } from '../support/folder.ts';
import { anHttpServer, reply } from '../support/http.ts';
import { aNotification, anEpisode } from '../support/rules/alerts.ts';

const notifiers = (input: ConfigInput['notifiers']) => schema.parse({ notifiers: input });
const webhook = (url: string) => ({ kind: 'webhook' as const, url });
const never = () => undefined;

async function aDelivery(input: ConfigInput['notifiers']) {
  const folder = aFolder();
  const instruments = silentInstruments();
  const delivery = await Delivery.start(notifiers(input), folder, instruments);
  const outbox = new Outbox(folder);
  onTestFinished(async () => {
    await delivery.stop();
    await outbox.close();
  });
  const put = async (name: string, number: number) => {
    await outbox.put(aNotification(name, number), Date.now());
    delivery.wake();
  };
  const outcomes = async (outcome: string) => {
    const [metric] = await instruments.metrics.getMetricsAsJSON();
    const values = (metric as unknown as { values: { labels: { outcome: string }; value: number }[] }).values;
    return values
      .filter(({ labels }) => labels.outcome === outcome)
      .reduce((sum, { value }) => sum + value, 0);
  };
  return {
    delivery,
    pendingFor: (name: string) => delivery.pendingFor(name),
    put,
    outcomes,
    reload: (next: ConfigInput['notifiers']) => delivery.reload(notifiers(next)),
  };
}

const ids = ({ received }: Awaited<ReturnType<typeof anHttpServer>>) =>
  received.map(({ body }) => (body as { id: string }).id);

describe('notifiers that change', () => {
  it('send what waits by their new settings', async () => {
    const dead = await anHttpServer((_, response) => reply(response, 503));
    const alive = await anHttpServer((_, response) => reply(response, 200));
    const { put, reload, pendingFor } = await aDelivery({ ops: webhook(dead.url) });
    await put('ops', 1);
    await put('ops', 2);
    await eventually(() => expect(dead.received.length).toBeGreaterThan(0));
    await reload({ ops: webhook(alive.url) });
    await eventually(() => expect(ids(alive)).toEqual(['n1-ops', 'n2-ops']));
    await eventually(() => expect(pendingFor('ops')).toBe(0));
  });

  it('take up a message again whose attempt was broken off', async () => {
    const silent = await anHttpServer(never);
    const alive = await anHttpServer((_, response) => reply(response, 200));
    const { put, reload } = await aDelivery({ ops: webhook(silent.url) });
    await put('ops', 1);
    await eventually(() => expect(silent.received).toHaveLength(1));
    await reload({ ops: webhook(alive.url) });
    await eventually(() => expect(ids(alive)).toEqual(['n1-ops']));
  });

  it('leave the others alone: an attempt under way goes on', async () => {
    let answer = () => undefined as unknown;
    const slow = await anHttpServer((_, response) => {
      answer = () => reply(response, 200);
    });
    const { put, reload, pendingFor } = await aDelivery({ ops: webhook(slow.url) });
    await put('ops', 1);
    await eventually(() => expect(slow.received).toHaveLength(1));
    await reload({ ops: webhook(slow.url), more: webhook(slow.url) });
    answer();
    await eventually(() => expect(pendingFor('ops')).toBe(0));
    expect(slow.received).toHaveLength(1);
  });

  it('are heard of when they come', async () => {
    const alive = await anHttpServer((_, response) => reply(response, 200));
    const { put, reload } = await aDelivery({});
    await reload({ ops: webhook(alive.url) });
    await put('ops', 1);
    await eventually(() => expect(ids(alive)).toEqual(['n1-ops']));
  });

  it('take what waited for them with them when they go, and that is told', async () => {
    const dead = await anHttpServer((_, response) => reply(response, 503));
    const { put, reload, pendingFor, outcomes } = await aDelivery({ ops: webhook(dead.url) });
    await put('ops', 1);
    await put('ops', 2);
    await eventually(() => expect(dead.received.length).toBeGreaterThan(0));
    await reload({});
    expect(pendingFor('ops')).toBe(0);
    expect(await outcomes('unknown')).toBe(2);
    await put('ops', 3);
    await eventually(async () => expect(await outcomes('unknown')).toBe(3));
  });
});

it('a silence whose matcher was given up holds again after a reload, and status says so meanwhile', async () => {
  const { delivery, reload } = await aDelivery({});
  const { silences } = delivery.dispatcher;
  const request = { matchers: ['team=~"(?=a)(?:a+)+"'], author: 'ann', comment: 'test', duration: '1h' };
  const silence = await silences.add(request, [], Date.now());
  const [text] = silence.matchers;
  const matching = (team: string) => silences.matching(anEpisode({ labels: { team } }), Date.now())?.id;
  expect(matching('aaa')).toBe(silence.id);
  for (let time = 0; time < 10; time += 1) expect(matching(`${'a'.repeat(60)}!`)).toBeUndefined();
  expect(matching('aaa')).toBeUndefined();
  expect(matchersGivenUp()).toEqual([text]);
  expect(delivery.suppressed().slowMatchers).toHaveProperty([text!]);
  await reload({});
  expect(matching('aaa')).toBe(silence.id);
  expect(matchersGivenUp()).toEqual([]);
  expect(delivery.suppressed().slowMatchers).toEqual({});
});
