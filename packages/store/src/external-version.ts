import { illegalArgument, validationError } from './store-error.ts';

export interface ExternalVersion {
  version: number;
  /** Whether a document of the same version is taken again. */
  orEqual: boolean;
}

/** Reads `version` and `version_type` of an action. Throws for what Elasticsearch refuses, too. */
export function externalVersion(version: unknown, type: unknown): ExternalVersion | undefined {
  if (type === undefined || type === null || type === 'internal') {
    if (version === undefined || version === null) return undefined;
    throw validationError(
      'Validation Failed: 1: internal versioning can not be used for optimistic concurrency control. Please use `if_seq_no` and `if_primary_term` instead;',
    );
  }
  if (type !== 'external' && type !== 'external_gte')
    throw illegalArgument(`No version type match [${String(type)}]`);
  const number = Number(version);
  if (!Number.isSafeInteger(number) || number < 0 || number > largestVersion)
    throw illegalArgument(
      `illegal version value [${String(version)}] for version type [${type.toUpperCase()}]`,
    );
  return { version: number, orEqual: type === 'external_gte' };
}

/** Versions are kept in 32 bits. */
export const largestVersion = 2 ** 32 - 1;
