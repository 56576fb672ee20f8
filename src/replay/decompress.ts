import { createReadStream } from 'node:fs';
import { type Readable, Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import { LogboomError, messageOf } from '../errors.ts';

const chunkSize = 2 ** 18;

export type Compression = 'none' | 'gzip' | 'zstd';

/** The compression by the first bytes of a file. The name does not matter. */
export function compressionOf(head: Buffer): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  return head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528 ? 'zstd' : 'none';
}

export interface Reading {
  bytes: AsyncIterable<Buffer>;
  /** Bytes of the file that were read, for progress. */
  readonly read: number;
}

/** Reads and decompresses a file. A failure rejects with `INPUT_UNREADABLE` and the path. */
export function readFile(path: string, compression: Compression): Reading {
  const file = createReadStream(path, { highWaterMark: chunkSize * 2 });
  const decompressor = decompressorFor(compression);
  if (decompressor) {
    file.on('error', (error) => decompressor.destroy(error));
    file.pipe(decompressor);
  }
  return {
    bytes: named(path, decompressor ?? file),
    get read() {
      return file.bytesRead;
    },
  };
}

function decompressorFor(compression: Compression): Transform | undefined {
  if (compression === 'gzip') return createGunzip({ chunkSize });
  return compression === 'zstd' ? new ZstdDecompressor() : undefined;
}

/** zstd in JavaScript: the decoder of newer Node.js versions stops after the first frame, and rotated logs have many. */
export class ZstdDecompressor extends Transform {
  readonly #decompress = new Decompress((bytes) => void this.push(bytes));

  override _transform(chunk: Buffer, _: string, done: (error?: Error) => void): void {
    attempt(() => this.#decompress.push(chunk), done);
  }

  override _flush(done: (error?: Error) => void): void {
    attempt(() => this.#decompress.push(new Uint8Array(0), true), done);
  }
}

function attempt(work: () => void, done: (error?: Error) => void): void {
  try {
    work();
  } catch (error) {
    done(error as Error);
    return;
  }
  done();
}

async function* named(path: string, stream: Readable): AsyncGenerator<Buffer> {
  try {
    yield* stream;
  } catch (error) {
    throw new LogboomError('INPUT_UNREADABLE', `Cannot read ${path}: ${messageOf(error)}.`, { cause: error });
  }
}
