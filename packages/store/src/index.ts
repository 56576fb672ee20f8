/** All that a host process uses of the store; everything else is reached over HTTP. */
export type { Authorize } from './http/access.ts';
export type { RetentionLimits } from './retention.ts';
export { PortInUse, type RunningStore, type StoreOptions, startStore } from './store.ts';
export type { StoreTelemetry } from './telemetry.ts';
