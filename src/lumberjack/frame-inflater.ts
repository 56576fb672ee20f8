import { Z_BUF_ERROR, Z_NO_FLUSH, Z_OK, Z_STREAM_END, ZStream, zlibInflate, zlibInflateInit } from 'pako';
import { compressedHeader, offsetIn, protocolError } from './frames.ts';
import { ReceiveBuffer } from './received-window.ts';

/** Bytes that are inflated at a time. A zlib stream of 1000:1 yields no more than this before it is looked at. */
const STEP = 256 * 1024;
/** Shared by all, because nothing of it is kept. */
const output = Buffer.allocUnsafeSlow(STEP);

/**
 * Inflates a C frame as a stream, for frames that are too large to be inflated whole. The frames inside are read from
 * `content` as they come out. zlib's own functions for streams work asynchronously; this one stops after each step.
 */
export class FrameInflater {
  readonly content: ReceiveBuffer;
  /** Bytes of the zlib stream that were not inflated yet, received or not. */
  left: number;
  ended = false;
  /** Bytes that came out of it so far. */
  inflated = 0;
  readonly #where: string;
  readonly #zlib = new ZStream();

  /** `length` is that of the zlib stream; `where` names the C frame in error messages. */
  constructor(length: number, streamOffset: number, where: string) {
    this.left = length;
    this.#where = where;
    this.content = new ReceiveBuffer(true, streamOffset);
    zlibInflateInit(this.#zlib);
  }

  /**
   * Inflates up to `STEP` bytes of the received ones into `content`, and advances behind those that it took. Returns whether
   * anything came of it; if not, more bytes have to be received. Throws `LUMBERJACK_PROTOCOL` if they are not one whole
   * zlib stream.
   */
  inflate(received: ReceiveBuffer): boolean {
    const zlib = this.#zlib;
    const most = Math.min(received.end - received.at, this.left);
    Object.assign(zlib, { input: received.bytes, next_in: received.at, avail_in: most });
    Object.assign(zlib, { output, next_out: 0, avail_out: STEP });
    const status = zlibInflate(zlib, Z_NO_FLUSH);
    const taken = zlib.next_in - received.at;
    zlib.input = nothing;
    received.at += taken;
    received.discardRead();
    this.left -= taken;
    this.ended = status === Z_STREAM_END;
    const produced = zlib.next_out;
    this.inflated += produced;
    if (produced > 0) this.content.append(Buffer.from(output.subarray(0, produced)));
    this.#check(status, taken > 0 || produced > 0);
    return taken > 0 || produced > 0;
  }

  #check(status: number, progress: boolean): void {
    if (this.ended && this.left > 0)
      throw protocolError(`${this.#where} has ${this.left} bytes behind its zlib stream.`);
    if (this.ended && this.inflated === 0) throw protocolError(`${this.#where} is empty.`);
    const cutOff = !this.ended && this.left === 0 && !progress;
    if (cutOff || ![Z_OK, Z_STREAM_END, Z_BUF_ERROR].includes(status as 0))
      throw protocolError(
        `${this.#where} is no whole zlib stream (${this.#zlib.msg || 'unexpected end of file'}).`,
      );
  }
}

const nothing = Buffer.alloc(0);

/** Begins with the C frame at the buffer's offset, and advances behind its header. `length` is that of the whole frame. */
export function beginInflating(buffer: ReceiveBuffer, length: number): FrameInflater {
  const where = `The compressed frame at ${offsetIn(buffer)}`;
  const offset = buffer.streamOffset + buffer.at;
  buffer.at += compressedHeader;
  buffer.discardRead();
  return new FrameInflater(length - compressedHeader, offset, where);
}
