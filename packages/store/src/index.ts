/** All that a host process uses of the store; everything else is reached over HTTP. */
export type { Authorize, Denial } from './http/access.ts';
export type { Keep } from './retention.ts';
export { PortInUse, type RunningStore, type StoreOptions, type StoreStart, startStore } from './store.ts';
export { type StoreTelemetry, silentTelemetry } from './telemetry.ts';
