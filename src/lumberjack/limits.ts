/** What a peer may ask for at the most. Each is checked before a byte of it is believed or allocated. */
export interface Limits {
  /** Events announced by a window frame. Filebeat sends 2,048 by default, all it has with `bulk_max_size: 0`. */
  maxWindowEvents: number;
  /** Bytes of one J payload, or of one D frame's keys and values. */
  maxEventBytes: number;
  /** Bytes of one C frame as it is on the wire. */
  maxCompressedBytes: number;
  /** Bytes of one window after inflating all its C frames: the ceiling on a zlib bomb. */
  maxInflatedBytes: number;
  /** Key-value pairs of one D frame. */
  maxPairs: number;
}

export const defaultLimits: Readonly<Limits> = {
  maxWindowEvents: 131_072,
  maxEventBytes: 10 * 2 ** 20,
  maxCompressedBytes: 64 * 2 ** 20,
  maxInflatedBytes: 128 * 2 ** 20,
  maxPairs: 1_000,
};
