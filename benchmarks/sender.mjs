// The sender: makes its windows beforehand, then sends them over TCP as Filebeat does, with three on the socket before an ACK.
// `node benchmarks/sender.mjs WINDOWS LEVEL`, asked over IPC: {port, from, to, until?} sends windows, in turns until so many bytes went.
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { closingWindow, windows } from './stream.mjs';

const inFlight = 3;
const ackLength = 6;
const [count, compressionLevel] = process.argv.slice(2).map(Number);
const stream = [...windows(count, { compressionLevel })];
const closing = closingWindow(count);

/** Sends windows and resolves when the last ACK is there. */
async function send(port, bytesOf, total) {
  const socket = createConnection({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  let sent = 0;
  let acknowledged = 0;
  let partial = Buffer.alloc(0);
  const fill = () => {
    while (sent < total && sent - acknowledged < inFlight) socket.write(bytesOf(sent++));
  };
  await new Promise((resolve, reject) => {
    socket.on('error', reject).on('close', () => reject(new Error('the server closed the connection')));
    socket.on('data', (chunk) => {
      partial = Buffer.concat([partial, chunk]);
      for (; partial.length >= ackLength; partial = partial.subarray(ackLength))
        // Sequence 0 is a heartbeat; anything else acknowledges a whole window here.
        if (partial.readUInt32BE(2) === bytesOf(acknowledged).readUInt32BE(2)) acknowledged += 1;
      if (acknowledged === total) resolve();
      else fill();
    });
    fill();
  });
  socket.removeAllListeners('close').destroy();
}

process.on('message', async ({ port, from = 0, to = count, bytes, close }) => {
  const began = performance.now();
  const some = stream.slice(from, to);
  const size = some.reduce((sum, window) => sum + window.length, 0);
  const total = bytes === undefined ? some.length : Math.ceil((bytes / size) * some.length);
  if (total > 0) await send(port, (index) => some[index % some.length], total);
  if (close) await send(port, () => closing, 1);
  process.send({
    windows: total,
    bytes: (size * total) / some.length,
    seconds: (performance.now() - began) / 1000,
  });
});
process.send('ready');
