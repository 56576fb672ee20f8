import { encodeV4, mapped, putV4 } from '../mapping/ip.ts';
import type { Stored } from '../mapping/values.ts';
import { extendHash, hashOf, SpanDictionary } from './span-dictionary.ts';

/** Bytes of an address in the form of columns. */
export const addressLength = 32;
/** IPv4 addresses of a document that are kept as bytes. */
const mostInDocument = 64;
/** Other addresses of which the form of columns is kept. */
const most = 10_000;
const mappedLength = mapped.length;
const mappedHash = hashOf(Buffer.from(mapped), 0, mappedLength);

/** The addresses of documents in the form of columns. */
export class SpanAddresses {
  /** The IPv4 addresses of the present document. */
  readonly bytes = Buffer.from(mapped.padEnd(addressLength, '0').repeat(mostInDocument));
  /** The hash of the one that was read last. */
  hash = 0;
  #count = 0;
  /** Places in `#encoded` of other addresses, by their texts. */
  #others = new SpanDictionary();
  #encoded: Stored[] = [];

  /** Begins a document. */
  clear(): void {
    this.#count = 0;
  }

  /** The place in `bytes` of an IPv4 address; -1 where the text is none, or where there are too many. */
  v4(text: Uint8Array, start: number, end: number): number {
    if (this.#count === mostInDocument) return -1;
    const place = this.#count * addressLength;
    const digits = place + mappedLength;
    if (!putV4(text, start, end, this.bytes, digits)) return -1;
    this.#count += 1;
    let hash = mappedHash;
    for (let at = digits; at < place + addressLength; at++) hash = extendHash(hash, this.bytes[at]!);
    this.hash = hash;
    return place;
  }

  /** Any other address; undefined where `encode` refuses the text. */
  other(text: Uint8Array, start: number, end: number, hash: number, encode: () => Stored): Stored {
    const v4 = this.#count === mostInDocument ? encodeV4(text, start, end) : undefined;
    if (v4 !== undefined) return v4;
    const known = this.#others.find(text, start, end, hash);
    if (known !== -1) return this.#encoded[known];
    const encoded = encode();
    if (encoded === undefined) return undefined;
    if (this.#encoded.length === most) {
      this.#encoded = [];
      this.#others = new SpanDictionary();
    }
    this.#others.add(text, start, end, hash, this.#encoded.push(encoded) - 1);
    return encoded;
  }
}
