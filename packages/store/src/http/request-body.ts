import type { IncomingMessage } from 'node:http';
import { MessageChannel } from 'node:worker_threads';
import { StoreError } from '../store-error.ts';

/** Bytes. Larger bodies get a buffer that is used again; smaller ones are left to the garbage collector. */
const largeBody = 2 ** 18;
/** Bytes. A larger buffer is not kept for the next body. */
const mostKept = 2 ** 24;
/** What a buffer has more than its body needs, so that the next body may be a little larger. */
const reserve = 1.25;

const { port1: closedPort, port2 } = new MessageChannel();
port2.close();

/**
 * Reads bodies of requests. A bulk request has megabytes. Left to the garbage collector, each body and the pieces in which it came made it mark
 * the whole heap. So the buffer of a large body is used again where its handler releases it, and its pieces are freed at once.
 */
export class RequestBodies {
  readonly #limit: number;
  #free: Buffer | undefined;
  /** Of bodies in buffers that are used again, these buffers. */
  readonly #buffers = new WeakMap<Buffer, Buffer>();

  /** Longer bodies are refused, in bytes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Resolves with the whole body. @throws StoreError 413 for one that is too long; any error of the connection passes through. */
  read(request: IncomingMessage): Promise<Buffer> {
    const length = Number(request.headers['content-length'] ?? Number.NaN);
    if (length > this.#limit) return Promise.reject(tooLong());
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let received = 0;
      request.on('data', (chunk: Buffer) => {
        received += chunk.length;
        if (received <= this.#limit) chunks.push(chunk);
        else reject(tooLong());
      });
      request.once('error', reject);
      request.once('end', () => resolve(this.#join(chunks, received)));
      request.resume();
    });
  }

  #join(chunks: Buffer[], length: number): Buffer {
    if (length < largeBody) return Buffer.concat(chunks, length);
    const buffer = this.#take(length);
    let at = 0;
    for (const chunk of chunks) {
      at += chunk.copy(buffer, at);
      free(chunk);
    }
    const body = buffer.subarray(0, length);
    this.#buffers.set(body, buffer);
    return body;
  }

  #take(length: number): Buffer {
    const free = this.#free;
    this.#free = undefined;
    return free !== undefined && free.length >= length ? free : Buffer.allocUnsafeSlow(length * reserve);
  }

  /** Says that nothing uses a body any more. Bodies that were not read here may be named, too. */
  release(body: Buffer): void {
    const buffer = this.#buffers.get(body);
    if (buffer === undefined) return;
    this.#buffers.delete(body);
    if (buffer.length <= mostKept && buffer.length > (this.#free?.length ?? 0)) this.#free = buffer;
  }
}

const tooLong = (): StoreError =>
  new StoreError(
    413,
    'content_too_long_exception',
    'entity content is too long for the configured buffer limit',
  );

/** Frees a piece that has its memory alone: what is transferred to a closed port is freed, by the standard and in Node 20 to 24. */
function free({ buffer, byteLength }: Buffer): void {
  if (buffer.byteLength === byteLength) closedPort.postMessage(undefined, [buffer as ArrayBuffer]);
}
