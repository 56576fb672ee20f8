// The senders: windows that were made beforehand go over so many connections, with three on each socket before an ACK, as Filebeat sends
// them. The connections stay open until another port is named. `node sender.mjs '{"kind":"1 KB","count":60,"size":2048,"level":3,"connections":8,"tls":false}'`;
// asked over IPC: {port, from, to}.
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { windows } from './events.mjs';

const inFlight = 3;
const ackLength = 6;
const { connections, tls, ...given } = JSON.parse(process.argv[2]);
const stream = [...windows({ ...given, hosts: connections })];
const sockets = [];
let connectedTo;

async function open(port) {
  const socket = tls
    ? connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false })
    : createConnection({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, tls ? 'secureConnect' : 'connect');
  return socket;
}

/** Sends some windows over one connection and resolves when the last ACK is there. */
function send(socket, some) {
  let sent = 0;
  let acknowledged = 0;
  let partial = Buffer.alloc(0);
  const fill = () => {
    while (sent < some.length && sent - acknowledged < inFlight) socket.write(some[sent++]);
  };
  return new Promise((resolve, reject) => {
    const closed = () => reject(new Error('the server closed a connection'));
    const take = (chunk) => {
      partial = Buffer.concat([partial, chunk]);
      for (; partial.length >= ackLength; partial = partial.subarray(ackLength))
        // Sequence 0 is a heartbeat; anything below the size of the window acknowledges a part of it.
        if (partial.readUInt32BE(2) === some[acknowledged].readUInt32BE(2)) acknowledged += 1;
      if (acknowledged < some.length) return fill();
      socket.off('data', take).off('close', closed);
      resolve();
    };
    if (some.length === 0) return resolve();
    socket.on('data', take).on('close', closed).on('error', reject);
    fill();
  });
}

process.on('message', async ({ port, from, to }) => {
  if (port !== connectedTo) for (const socket of sockets.splice(0)) socket.destroy();
  connectedTo = port;
  while (sockets.length < connections) sockets.push(await open(port));
  await Promise.all(
    sockets.map((socket, place) => {
      const own = stream.slice(from, to).filter((_, index) => (from + index) % connections === place);
      return send(socket, own);
    }),
  );
  process.send({});
});
process.send('ready');
