/** Milliseconds since the epoch, or a length in milliseconds. */
export type Millis = number;
