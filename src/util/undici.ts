/**
 * The parts of undici for those who load it late: `import('undici')` itself would have no names in the bundle, because the package
 * is CommonJS (`scripts/bundle.mjs`).
 */
export { Agent, buildConnector, fetch, request } from 'undici';
