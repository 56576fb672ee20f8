import * as z from 'zod';
import { formatProblems, type Problem } from '../config/load/problems.ts';
import { readSettings } from '../config/load/read.ts';
import { api } from '../config/schema/service.ts';
import { LogboomError } from '../errors.ts';
import { type ApiSource, sourceOf } from './api-client.ts';
import { addressFrom } from './arguments.ts';

/** What a client needs of the configuration. The rest of the schema is not loaded: it takes longer than the request. */
const settings = z.strictObject({ api });

export type ApiArguments = Partial<Record<'config' | 'url' | 'token', string | undefined>>;

/**
 * The API that the arguments select. A client reads only `api` of the configuration, so it needs none of the secrets of the
 * server, and a broken rule does not keep `logboom status` from running.
 */
export function apiOf(args: ApiArguments): ApiSource {
  const configured = args.url === undefined ? configuredApi(args) : { url: addressFrom(args.url) };
  return { ...configured, ...(args.token && { token: args.token }) };
}

function configuredApi({ config: path, token }: ApiArguments): ApiSource {
  const loaded = readSettings({ path, env: process.env, schema: settings, partly: true, checks: [] });
  const isNeeded = ({ path: at }: Problem) => token === undefined || !/^api\.tokens?\b/.test(at);
  const read = loaded.config ?? (loaded.problems.some(isNeeded) ? undefined : loaded.sound);
  if (read) return sourceOf(read);
  throw new LogboomError('CONFIG_INVALID', formatProblems(loaded));
}
