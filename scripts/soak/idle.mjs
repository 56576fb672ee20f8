// Connections that ship one window each and then stay open without a byte. It shows what each costs and whether a further sender is
// served.
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import { encodeWindow } from '../../dist/lumberjack/encoder.js';
import { Server } from './server.mjs';

/** Connections that are opened at the same time. */
const together = 100;
/** How long the server is left alone before its memory is read, so that it can collect garbage. */
const pause = 10_000;
/** One ACK frame of version 2: `2A` and a sequence number. */
const ackBytes = 6;

const aWindow = (number) =>
  encodeWindow([
    JSON.stringify({ '@timestamp': new Date().toISOString(), message: `a line of sender ${number}` }),
  ]);

/** Resolves with the socket when its window is acknowledged. */
async function shipped(port, number) {
  const socket = connect({ port, host: '127.0.0.1' });
  await once(socket, 'connect');
  socket.write(aWindow(number));
  let received = 0;
  while (received < ackBytes) received += (await once(socket, 'data'))[0].length;
  return socket;
}

/** Opens `count` connections; resolves with what `/proc` and `/status` say before, after, and after a further sender. */
export async function runIdle({ count, tell = () => {} }) {
  const server = await Server.with({ rules: [] }, { maxConnections: count + together });
  const { lumberjack } = server.ports;
  const sockets = [];
  try {
    server.launch();
    await server.ready();
    await after(pause);
    const before = server.memory;
    while (sockets.length < count) {
      const many = Math.min(together, count - sockets.length);
      const numbers = Array.from({ length: many }, (_, index) => sockets.length + index);
      sockets.push(...(await Promise.all(numbers.map((number) => shipped(lumberjack, number)))));
      if (sockets.length % 1_000 === 0) tell({ connections: sockets.length, ...server.memory });
    }
    await after(pause);
    const idle = server.memory;
    const began = performance.now();
    sockets.push(await shipped(lumberjack, count));
    const took = performance.now() - began;
    const { inputs, journal } = await server.status();
    const { connections } = inputs.lumberjack;
    return { count, before, idle, took, connections, events: journal.events, errors: server.errors() };
  } finally {
    for (const socket of sockets) socket.destroy();
    await server.remove();
  }
}

const megabytes = (bytes) => `${Math.round(bytes / 2 ** 20)} MB`;

/** The result as text, and whether all connections stayed open and all windows are in the journal. */
export function idleSheet({ count, before, idle, took, connections, events, errors }) {
  const each = ((idle.own - before.own) / count / 1024).toFixed(1);
  const isGood = connections === count + 1 && events === count + 1 && errors.length === 0;
  const text = [
    `own memory: ${megabytes(before.own)} without connections, ${megabytes(idle.own)} with ${count}: ${each} KB each`,
    `a further sender had its ACK after ${Math.round(took)} ms`,
    `${connections} connections are open; ${events} events; ${errors.length} errors in the log`,
  ].join('\n');
  return { text, isGood };
}
