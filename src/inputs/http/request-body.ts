import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { ElasticsearchError, TryLater, tooLarge } from './elasticsearch-error.ts';

/** Memory of bodies that are being received or are not on disk yet, over all connections of an input. */
export class BodyMemory {
  readonly #most: number;
  #held = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get held(): number {
    return this.#held;
  }

  get isFull(): boolean {
    return this.#held >= this.#most;
  }

  hold(bytes: number): void {
    this.#held += bytes;
  }

  release(bytes: number): void {
    this.#held -= bytes;
  }
}

/** A body, decompressed, and the memory that it holds until `release`. */
export class RequestBody {
  readonly bytes: Buffer;
  /** Bytes as they were received. */
  readonly received: number;
  readonly #memory: BodyMemory;
  #held: number;

  constructor(bytes: Buffer, received: number, held: number, memory: BodyMemory) {
    this.bytes = bytes;
    this.received = received;
    this.#memory = memory;
    this.#held = held;
  }

  /** Harmless when called twice. */
  release(): void {
    this.#memory.release(this.#held);
    this.#held = 0;
  }
}

const unpackers = { gzip: promisify(gunzip), 'x-gzip': promisify(gunzip), deflate: promisify(inflate) };
/** Seconds after which a sender tries again while bodies hold too much memory. */
const pause = 2;

/**
 * Reads a request's body. `most` bounds it, also after decompression. Throws `ElasticsearchError`: 413 beyond the limit, 415 for
 * an unknown encoding, 400 for damaged data, 429 while bodies hold too much memory. A body that is refused is read to its end all
 * the same: a connection that is closed before may lose the answer.
 */
export async function readBody(
  stream: Readable,
  encoding: string | undefined,
  { most, memory }: { most: number; memory: BodyMemory },
): Promise<RequestBody> {
  const unpack = unpackerOf(encoding);
  let chunks: Buffer[] = [];
  let held = 0;
  let refusal: ElasticsearchError | undefined;
  const release = () => {
    memory.release(held);
    held = 0;
    chunks = [];
  };
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (refusal === undefined && memory.isFull)
        refusal = new TryLater(429, 'Too many bytes wait for the disk.', pause);
      if (refusal === undefined && held + chunk.length > most) refusal = tooLarge();
      if (refusal !== undefined) {
        release();
        continue;
      }
      held += chunk.length;
      memory.hold(chunk.length);
      chunks.push(chunk);
    }
    if (refusal !== undefined) throw refusal;
    const received = held;
    const bytes = await unpack(Buffer.concat(chunks), most);
    memory.hold(bytes.length - held);
    held = bytes.length;
    return new RequestBody(bytes, received, held, memory);
  } catch (error) {
    release();
    throw error;
  }
}

function unpackerOf(encoding = 'identity'): (bytes: Buffer, most: number) => Promise<Buffer> {
  const name = encoding.toLowerCase();
  if (name === 'identity' || name === '') return async (bytes) => bytes;
  if (!Object.hasOwn(unpackers, name)) {
    const known = 'This server takes [gzip] and [deflate].';
    throw new ElasticsearchError(
      415,
      'illegal_argument_exception',
      `unknown content encoding [${encoding}]. ${known}`,
    );
  }
  const unpack = unpackers[name as keyof typeof unpackers];
  return async (bytes, most) => {
    try {
      return (await unpack(bytes, { maxOutputLength: most })) as Buffer;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
      throw new ElasticsearchError(400, 'zip_exception', `Not in ${name} format`);
    }
  };
}
