import { MessageChannel } from 'node:worker_threads';

const { port1: closedPort, port2 } = new MessageChannel();
port2.close();

/**
 * Releases a buffer's memory at once; the buffer is empty afterwards. Hundreds of windows a second have megabytes each. Left
 * to the garbage collector, they made it mark the whole heap again and again, which cost a quarter of all CPU time. Memory
 * that is transferred to a closed port is freed, by the standard and in Node 20 to 24.
 *
 * The caller must be the only user of the buffer. A buffer in the pool that Node's small buffers share is left alone.
 */
export function releaseBuffer({ buffer }: Buffer): void {
  if (buffer.byteLength > Buffer.poolSize) closedPort.postMessage(undefined, [buffer as ArrayBuffer]);
}
