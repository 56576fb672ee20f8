import { describe, expect, it, onTestFinished } from 'vitest';
import { outputItem } from '../../src/alerts/documents.ts';
import type { Output } from '../../src/model.ts';
import { Outbox } from '../../src/notifiers/outbox.ts';
import { handledAlerts, Publisher } from '../../src/readers/indexer/publisher.ts';
import { Results } from '../../src/readers/results.ts';
import { eventually } from '../support/eventually.ts';
import { aFolder } from '../support/folder.ts';
import { configWith } from '../support/journal/records.ts';
import { aNotification, anEpisode, aTransition } from '../support/rules/alerts.ts';
import { TestSink } from '../support/sinks.ts';

function aPublisher(sink = new TestSink()) {
  const results = new Results(aFolder(), 'j1');
  const config = configWith([]);
  const publisher = new Publisher({ results, sink, document: (output) => outputItem(output, config) });
  const ended = publisher.run();
  onTestFinished(async () => {
    publisher.stop();
    await sink.close();
    await ended.catch(() => undefined);
    await results.close();
  });
  let position = 0;
  const put = async (...outputs: Output[]) => {
    position += 1;
    await results.append(outputs.map((output, index) => ({ key: [position, index + 1], output })));
    publisher.wake();
  };
  return { publisher, results, sink, ended, put };
}
const episode = (revision: number): Output => ({ kind: 'episode', episode: anEpisode({ revision }) });

describe('the publisher', () => {
  it('delivers what the analyser put out and forgets it then', async () => {
    const { results, sink, put } = aPublisher();
    await put({ kind: 'transition', transition: aTransition() }, episode(1));
    await eventually(() => expect(results.read(10)).toEqual([]));
    expect(sink.deliveries.flat().map(({ index }) => index)).toEqual([
      'logs-logboom.alerts-default',
      'alerts',
    ]);
  });

  it('keeps it until the sink has it', async () => {
    const sink = new TestSink({ holds: true });
    const { results, put } = aPublisher(sink);
    await put(episode(1));
    await eventually(() => expect(sink.deliveries).toHaveLength(1));
    expect(results.read(10)).toHaveLength(1);
    await put(episode(2), { kind: 'transition', transition: aTransition() });
    expect(results.unpublished).toBe(3);
    sink.end(0);
    await eventually(() => expect(sink.deliveries).toHaveLength(2));
    sink.end(1);
    await eventually(() => expect(results.read(10)).toEqual([]));
    expect(results.unpublished).toBe(0);
  });

  it('writes an episode that changed twice within a delivery once, as it is at last', async () => {
    const { results, sink, put } = aPublisher();
    await put(episode(1), { kind: 'transition', transition: aTransition() }, episode(2));
    await eventually(() => expect(results.read(10)).toEqual([]));
    const written = sink.deliveries.flat().filter(({ index }) => index === 'alerts');
    expect(written.map(({ version }) => version)).toEqual([2 * 2 ** 16]);
  });

  it('makes no document of a message to people', async () => {
    const { results, sink, put } = aPublisher();
    await put({ kind: 'notification', notification: aNotification('ops') });
    await eventually(() => expect(results.read(10)).toEqual([]));
    expect(sink.deliveries).toEqual([]);
  });

  it('ends with a closed sink, and everything is there for the next start', async () => {
    const sink = new TestSink({ holds: true });
    const { results, ended, put } = aPublisher(sink);
    await put(episode(1));
    await eventually(() => expect(sink.deliveries).toHaveLength(1));
    await sink.close();
    await ended;
    expect(results.read(10)).toHaveLength(1);
  });
});

it('alerts whose handling changed wait to be written again, and are counted', async () => {
  const outbox = new Outbox(aFolder());
  onTestFinished(() => outbox.close());
  const ids = ['one', 'two'];
  await outbox.putAll(
    [],
    ids.map((id) => anEpisode({ id })),
    0,
  );
  const handled = handledAlerts(outbox.alerts);
  expect(handled.unpublished).toBe(0);
  await outbox.transaction(() => {
    for (const id of ids) outbox.alerts.handle(id, { notified: [] });
  });
  expect(handled.unpublished).toBe(2);
  await handled.published(handled.read(1).map(({ key }) => key));
  expect(handled.unpublished).toBe(1);
});
