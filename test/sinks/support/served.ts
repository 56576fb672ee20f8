import { afterEach, beforeEach } from 'vitest';
import { type FakeElasticsearch, type Fault, startFakeElasticsearch } from './fake-elasticsearch.ts';
import { type TestSink, type TestSinkOptions, testSink } from './sink.ts';

/** For each test of the file: a server, and sinks that write to it, which end with the test. */
export function servedSinks() {
  let server: FakeElasticsearch;
  const open: TestSink[] = [];
  beforeEach(async () => {
    server = await startFakeElasticsearch();
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map(({ sink }) => sink.close()));
    await server.close();
  });
  return {
    get server(): FakeElasticsearch {
      return server;
    },
    sinkFor(options: TestSinkOptions = {}): TestSink {
      const made = testSink({ hosts: [server.url], ...options });
      open.push(made);
      return made;
    },
    /** The first requests meet these faults, in turn; those after them meet none. */
    script(...faults: Fault[]): void {
      server.onBulk = (_, number) => faults[number];
    },
  };
}

export const times = (count: number, fault: Fault) => Array.from({ length: count }, () => fault);
export const error = (type: string, reason = 'because') => ({ error: { type, reason } });
