import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openJournalReader } from '../../src/journal/reader.ts';
import { openPayload } from '../../src/journal/record.ts';
import { documentsOf } from '../../src/sinks/logstash/window.ts';
import { reported } from '../support/eventually.ts';
import { type TailedLog, tailGrowingLog } from './support/growing-log.ts';
import { type RealLogboom, startLogboom } from './support/logboom.ts';
import {
  ensureFilebeat,
  ensureGoLumber,
  eventually,
  makeCertificates,
  type RealGoLumber,
  startGoLumber,
} from './support/peers.ts';

beforeAll(async () => {
  await ensureFilebeat();
  await ensureGoLumber();
});

const filebeat = { bulk_max_size: 200, 'backoff.init': '100ms', 'backoff.max': '1s' };
const backoff = { init: '50ms', max: '500ms' };

/** The JSON of each event that Filebeat shipped, in the order of the journal: all of it, or up to the forwarder's cursor. */
async function receivedBy(server: RealLogboom, upTo?: 'forwarded'): Promise<string[]> {
  const journal = openJournalReader(`${server.data}/journal`);
  const end = upTo ? journal.committed('forwarder') : journal.newest;
  const records = journal.read(0, Number.MAX_SAFE_INTEGER, end);
  await journal.close();
  return records.flatMap((record) =>
    record.kind === 'events' ? documentsOf(openPayload(record)).map(String) : [],
  );
}

const forwarded = (server: RealLogboom) =>
  eventually(
    'the forwarder has passed everything on',
    async () => (await server.status()).readers.forwarder!.lag.records === 0,
    120_000,
  );

describe('what Filebeat ships', () => {
  let goLumber: RealGoLumber;
  let server: RealLogboom;
  let log: TailedLog;
  beforeAll(async () => {
    goLumber = await startGoLumber();
    server = await startLogboom({ forward: { hosts: [goLumber.address], backoff, bulk_max_size: 200 } });
    log = await tailGrowingLog(server.lumberjack, filebeat);
    await log.grow(10_000);
    await log.filebeat.acked(10_000, 120_000);
    await forwarded(server);
  });
  afterAll(async () => {
    await log?.stop();
    await server?.discard();
    await goLumber?.stop();
  });

  it('reaches go-lumber byte for byte and in order, each event once', async () => {
    const received = await receivedBy(server);
    expect(received).toHaveLength(10_000);
    expect(goLumber.events()).toEqual(received);
  });

  it('goes on as it was received: no window was encoded anew, but for small ones that waited', async () => {
    const asReceived = await server.metric('logboom_forward_windows_total{how="as-received"}');
    const encoded = await server.metric('logboom_forward_windows_total{how="encoded"}');
    expect(asReceived).toBeGreaterThan(9 * encoded);
    await reported(server, 'logboom_forward_resent_windows_total', 0);
  });
});

describe('while everything is killed now and then', () => {
  let goLumber: RealGoLumber;
  let server: RealLogboom;
  let log: TailedLog;
  /** What go-lumber had when logboom was killed, and the cursor on disk did not tell. */
  let untold: number;
  beforeAll(async () => {
    goLumber = await startGoLumber({ delay: '10ms' });
    server = await startLogboom({ forward: { hosts: [goLumber.address], backoff, bulk_max_size: 200 } });
    log = await tailGrowingLog(server.lumberjack, filebeat);
    await log.grow(4_000);
    await eventually('go-lumber takes events', () => goLumber.events().length > 500);
    await server.kill();
    untold = goLumber.events().length - (await receivedBy(server, 'forwarded')).length;
    await server.restart();
    await eventually('it goes on', () => goLumber.events().length > 2_000);
    await goLumber.kill();
    await log.grow(6_000);
    await log.filebeat.acked(8_000, 120_000);
    await goLumber.restart();
    await log.filebeat.acked(10_000, 120_000);
    await forwarded(server);
  });
  afterAll(async () => {
    await log?.stop();
    await server?.discard();
    await goLumber?.stop();
  });

  it('go-lumber gets every event, byte for byte', async () => {
    const received = await receivedBy(server);
    expect(new Set(goLumber.events())).toEqual(new Set(received));
  });

  it('it gets again no more than what was on the way at each kill', async () => {
    const again = goLumber.events().length - (await receivedBy(server)).length;
    // At either kill the windows on the socket may have been taken without an ACK that got back.
    const onTheWay = 2 * 200;
    expect(again).toBeLessThanOrEqual(untold + 2 * onTheWay);
  });
});

describe('over TLS to two hosts of which one dies', () => {
  it('every event gets to one of them, byte for byte', async () => {
    const certificates = await makeCertificates();
    const { certificate, key, authority } = certificates;
    const hosts = [
      await startGoLumber({ certificate, key }),
      await startGoLumber({ certificate, key, delay: '10ms' }),
    ] as const;
    const server = await startLogboom({
      forward: {
        hosts: hosts.map(({ address }) => address),
        loadbalance: true,
        backoff,
        bulk_max_size: 200,
        'ssl.certificate_authorities': [authority],
      },
    });
    const log = await tailGrowingLog(server.lumberjack, filebeat);
    try {
      await log.grow(5_000);
      await eventually('both have taken some', () => hosts.every((host) => host.events().length > 200));
      await hosts[1].kill();
      await log.grow(5_000);
      await log.filebeat.acked(10_000, 120_000);
      await forwarded(server);
      const taken = new Set(hosts.flatMap((host) => host.events()));
      expect(taken).toEqual(new Set(await receivedBy(server)));
    } finally {
      await log.stop();
      await server.discard();
      for (const host of hosts) await host.stop();
    }
  });
});
