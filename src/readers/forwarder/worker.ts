import { openJournalReader } from '../../journal/reader.ts';
import { openPayload } from '../../journal/record.ts';
import { createLogstashOutput } from '../../sinks/logstash/output.ts';
import { forwardTelemetry } from '../../telemetry/components/forward.ts';
import { watchThread } from '../../telemetry/components/threads.ts';
import { reportOf } from '../../telemetry/metrics.ts';
import { threadData } from '../../util/loading-thread.ts';
import { serveReader, workerInstruments } from '../reader-port.ts';
import { ForwardWindows } from './forward-windows.ts';
import { Forwarder } from './forwarder.ts';
import type { ForwarderData, ForwarderReport } from './forwarding.ts';

const given = await threadData<ForwarderData>();
const { config, folders, from: known } = given;
const forward = config.forward!;
const instruments = workerInstruments(given, 'forwarder');
const telemetry = forwardTelemetry(instruments, Date.now);
const output = createLogstashOutput({ config: forward, telemetry });
const journal = openJournalReader(folders.journal);
// A new forwarder begins with the oldest record in the journal.
const from = Math.max(known, journal.committed('forwarder')) || journal.oldest - 1;

const windows = new ForwardWindows({
  bulkMaxSize: forward.bulk_max_size,
  compressionLevel: forward.compression_level,
  open: openPayload,
  unreadable: (position, reason) => telemetry.batchUnreadable(position, reason),
});
let skipped = 0;

const forwarder = new Forwarder({
  journal,
  output,
  windows,
  from,
  reached: (position) => port.post({ kind: 'progress', position, committed: position, waiting: false }),
  skipped: (records, first) => {
    skipped += records;
    telemetry.recordsSkipped(records, first);
  },
});

const port = serveReader({
  log: instruments.log,
  news: () => forwarder.wake(),
  calls: {
    metrics: () => reportOf(instruments.metrics),
    forward: (): ForwarderReport => ({ ...output.status(), skipped, read: forwarder.read }),
  },
  stop: async () => {
    forwarder.stop();
    await output.close();
    await Promise.all([running, journal.close()]);
  },
});
port.post({ kind: 'progress', position: from, committed: from, waiting: false });
const running = forwarder.run();
port.post({ kind: 'ready' });
watchThread(instruments, 'forwarder');
