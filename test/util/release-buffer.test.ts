import { describe, expect, it } from 'vitest';
import { releaseBuffer } from '../../src/util/release-buffer.ts';

describe('memory that is given back', () => {
  it('is gone at once', () => {
    const bytes = Buffer.alloc(1_000_000, 'x');
    releaseBuffer(bytes);
    expect(bytes.buffer.byteLength).toBe(0);
  });

  it('is not waited for by the garbage collector', () => {
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 200; i += 1) releaseBuffer(Buffer.alloc(1_000_000));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000);
  });

  it('is not that of the pool which small buffers share', () => {
    const one = Buffer.from('one');
    const other = Buffer.from('other');
    releaseBuffer(one);
    expect([one.toString(), other.toString()]).toEqual(['one', 'other']);
  });
});
