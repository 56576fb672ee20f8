import { MessageChannel } from 'node:worker_threads';

const { port1: nowhere, port2 } = new MessageChannel();
port2.close();

/**
 * Gives a buffer's memory back at once; the buffer is empty then. Windows come by the hundred a second with megabytes
 * each, and left to the garbage collector they make it mark the whole heap over and over, which cost a quarter of all
 * CPU time. What is transferred to a port that is closed is freed, by the standard and in Node 20 to 24.
 *
 * Only for a buffer that nobody else looks at. One in the pool that Node's small buffers share stays as it is.
 */
export function releaseBuffer({ buffer }: Buffer): void {
  if (buffer.byteLength > Buffer.poolSize) nowhere.postMessage(undefined, [buffer as ArrayBuffer]);
}
