export type { Millis } from '@logboom/common';
