import { protocolError } from './errors.ts';
import { ackLength, isVersion, kinds, uint32, type Version, versionOne } from './frames.ts';

export interface Ack {
  version: Version;
  /** Sequence number of the last event that the server has stored; 0 is a heartbeat. */
  sequence: number;
}

/** Decodes what a server answers, on the sender's side. Throws `LUMBERJACK_PROTOCOL`; an error is final. */
export class AckDecoder {
  #rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): Ack[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const acks: Ack[] = [];
    let at = 0;
    for (; bytes.length - at >= ackLength; at += ackLength) acks.push(readAck(bytes, at));
    this.#rest = Buffer.from(bytes.subarray(at));
    return acks;
  }
}

function readAck(bytes: Buffer, at: number): Ack {
  if (!isVersion(bytes[at]!) || bytes[at + 1] !== kinds.ack)
    throw protocolError(
      `The server sent ${bytes.toString('hex', at, at + ackLength)} where an ACK should be. Is it a Lumberjack server?`,
    );
  return { version: bytes[at] === versionOne ? 1 : 2, sequence: uint32(bytes, at + 2) };
}
