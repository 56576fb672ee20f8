import { type Authorize, PortInUse, type RunningStore, type StoreOptions, startStore } from '@logboom/store';
import { LogboomError } from '../errors.ts';
import { apiKeySecret, basicSecret, type Credential } from '../listeners/credentials.ts';
import { createGuard, type GuardSettings, isRefusal, own } from '../listeners/guard.ts';
import { expectProxyHeaders } from '../listeners/proxied-server.ts';
import { secureHttp } from '../listeners/secure.ts';
import { storeTelemetry } from '../telemetry/components/store.ts';
import type { Instruments } from '../telemetry/metrics.ts';

/** Who may use the store: whoever has one of these, and everyone where there is none. */
interface StoreAccess extends GuardSettings {
  user?: string | undefined;
  password?: string | undefined;
  api_key?: string | undefined;
  /** API key by which logboom's own sink comes in, made at each start. */
  ownKey?: string | undefined;
}

/** The `store` section of the configuration: times in milliseconds, sizes in bytes. */
export interface StoreSettings extends StoreOptions, StoreAccess {
  /** Whether connections begin with a header of the PROXY protocol. */
  proxy_protocol?: boolean;
}

function credentialsOf({ user, password, api_key, ownKey }: StoreAccess): Credential[] {
  const known: [name: string, secret: string | undefined][] = [
    [own, ownKey && apiKeySecret(ownKey)],
    ['api_key', api_key && apiKeySecret(api_key)],
    [user ?? '', user && password && basicSecret(user, password)],
  ];
  return known.flatMap(([name, secret]) => (secret ? [{ name, role: 'operate', secret }] : []));
}

const challenge = 'Basic realm="security", charset="UTF-8", ApiKey';

/** The store has no roles: a search is a POST as a deletion may be. */
function authorization(access: StoreAccess): Authorize {
  const guard = createGuard('store', access, credentialsOf(access), challenge);
  return (request) => {
    const judged = guard(request, 'operate');
    return isRefusal(judged) ? judged : undefined;
  };
}

/** Says who has the port and what to configure. */
function portInUse({ url, isElasticsearch, cause }: PortInUse, port: number): LogboomError {
  const message = isElasticsearch
    ? `An Elasticsearch already answers on port ${port}, or another logboom’s store. Configure "elasticsearch.hosts: [${url}]" to write to it, or another "store.port" for the embedded store.`
    : `Port ${port} of the embedded store is taken by another program. Configure another "store.port", or "elasticsearch.hosts" to write to an Elasticsearch.`;
  return new LogboomError('PORT_IN_USE', message, { cause });
}

/**
 * Starts the store with logboom's credentials, TLS, log and metrics.
 * @throws LogboomError PORT_IN_USE, CONFIG_INVALID
 */
export async function startSecuredStore(
  folder: string,
  config: StoreSettings,
  instruments: Instruments,
): Promise<RunningStore> {
  const secure = await secureHttp(config, 'store', instruments.log);
  const store = await startStore({
    folder,
    config,
    telemetry: storeTelemetry(instruments),
    authorize: authorization(config),
    https: secure.options,
  }).catch((error: unknown) => {
    throw error instanceof PortInUse ? portInUse(error, config.port) : error;
  });
  if (config.proxy_protocol)
    expectProxyHeaders(store.server, {
      allowsLocal: true,
      refused: (client, reason) =>
        instruments.log.info({ client }, `the embedded store refused a connection: ${reason}`),
    });
  const certificates = await secure.watch(store.server);
  const stop = () => {
    certificates.stop();
    return store.stop();
  };
  return { ...store, stop };
}
