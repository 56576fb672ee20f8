import type { Field } from '../mapping/field.ts';
import type { Stored } from '../mapping/values.ts';
import { KnownBytes } from './known-bytes.ts';

/** A value that was read before. Its bytes are a copy. */
export interface KnownValue {
  readonly field: Field;
  /** Undefined for a text that is a span of the bytes. */
  readonly value: Stored;
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  readonly hash: number;
  /** The number of the value in the column builder that was asked last, by the builder's own number. */
  builder: number;
  number: number;
}

/** The bytes of a key and its value, and the values of fields that they stand for. */
class KnownMember extends KnownBytes {
  readonly values: KnownValue[];
  readonly isTimed: boolean;

  constructor(bytes: Buffer, values: KnownValue[], isTimed: boolean) {
    super(bytes);
    this.values = values;
    this.isTimed = isTimed;
  }
}

/** How many values of a member are kept. */
const most = 4;
/** Bytes. Longer values are not kept. */
const longest = 512;
/** After so many more misses than hits a member is left alone for a number of documents. */
const patience = 16;
const pause = 256;
/** Where there are enough values, one of so many others is kept. */
const missesToLearn = 16;
const [comma, closeBrace] = [0x2c, 0x7d];

/**
 * The last values of a member of documents. Documents of a source repeat most of them: to compare bytes costs less than to read them and to look
 * the value up.
 */
export class KnownValues {
  readonly #members: KnownMember[] = [];
  /** Hits less misses, within limits. */
  #balance = 0;
  #pause = 0;
  #misses = 0;
  #learnt = 0;

  /** The member that begins at `at`; undefined where it has to be read. A comma or a closing brace follows it directly. */
  find(bytes: Uint8Array, view: DataView, at: number, limit: number): KnownMember | undefined {
    if (this.#pause > 0) {
      this.#pause -= 1;
      return undefined;
    }
    const members = this.#members;
    for (let place = 0; place < members.length; place++) {
      const member = members[place]!;
      const end = at + member.length;
      if (end >= limit || (bytes[end] !== comma && bytes[end] !== closeBrace)) continue;
      if (!member.isAt(bytes, view, at)) continue;
      if (place > 0) {
        members[place] = members[place - 1]!;
        members[place - 1] = member;
      }
      if (this.#balance < patience) this.#balance += 1;
      return member;
    }
    this.#miss();
    return undefined;
  }

  #miss(): void {
    this.#misses += 1;
    this.#balance -= 1;
    if (this.#balance >= -patience) return;
    this.#pause = pause;
    this.#balance = 0;
  }

  /** Whether the member that `find` missed is to be kept. */
  wants(bytes: number): boolean {
    if (this.#pause > 0 || bytes > longest) return false;
    return this.#members.length < most || this.#misses % missesToLearn === 0;
  }

  /** `isTimed`: for `@timestamp`, whether it is one time. */
  learn(bytes: Buffer, values: KnownValue[], isTimed: boolean): void {
    const member = new KnownMember(bytes, values, isTimed);
    // The first were found last.
    if (this.#members.length < most) this.#members.push(member);
    else this.#members[most - 1 - (this.#learnt++ & 1)] = member;
  }
}
