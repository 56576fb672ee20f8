/** Real peers for the tests: built on first use into a cache folder, started on free ports, ended by their ids. */

export { freePort } from '../../support/ports.ts';
export * from './certificates.ts';
export * from './elasticsearch.ts';
export * from './filebeat.ts';
export * from './go-lumber.ts';
export { eventually } from './processes.ts';
