// Resident memory of the whole server: under full load, and with an Elasticsearch that never answers.
import { memoryOf, startModule } from './child.mjs';

/** Sends so many bytes of windows as fast as they are taken; `url`: where documents go, without it the embedded store. */
async function load(sender, bytes, { url, catchUp }) {
  const server = startModule('./whole.mjs', url ? [url] : []);
  const { port } = await server.first;
  const { seconds } = await sender.ask({ port, bytes });
  if (catchUp) await server.ask('caughtUp');
  const { now, peak, files } = memoryOf(server.pid);
  await server.stop();
  return { seconds, now, peak, files };
}

async function withSink(kind, run) {
  const sink = startModule('./sink.mjs', [kind]);
  try {
    return await run((await sink.first).url);
  } finally {
    await sink.stop();
  }
}

/** `events`: bytes of events that are sent; on the wire they take a 25th of it. */
export async function memoryUnderLoad(sender, events) {
  const bytes = events / 25;
  return {
    answering: await withSink('answering', (url) => load(sender, bytes, { url, catchUp: true })),
    stalled: await withSink('stalled', (url) => load(sender, bytes, { url, catchUp: false })),
    store: await load(sender, bytes, { catchUp: true }),
  };
}
