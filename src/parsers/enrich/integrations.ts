import { addField, type JsonObject } from '../../events/index.ts';
import type { FieldValue } from '../../model.ts';

type Own = (field: string) => FieldValue;

/** The part of `event.dataset` before the point, where an integration of Elastic has this name. */
const modules = new Set(
  'apache aws elasticsearch haproxy iis kafka kibana mongodb mysql nginx postgresql rabbitmq redis squid suricata system tomcat traefik zeek'.split(
    ' ',
  ),
);

/** The fields whose values `related` gathers. */
const gathered: readonly [field: string, from: readonly string[]][] = [
  ['related.ip', ['source.ip', 'client.ip', 'destination.ip', 'server.ip', 'network.forwarded_ip']],
  ['related.user', ['user.name', 'user.effective.name', 'source.user.name', 'destination.user.name']],
  ['related.hosts', ['host.hostname', 'url.domain', 'source.domain', 'destination.domain']],
];

/** The beginnings of the names of the fields that are added. */
export const integrationFields = ['event.module', 'service.type', 'related.'];

/** Adds what the pipelines of Elastic's integrations add to every event: the module, and the values that searches pivot on. */
export function addIntegration(fields: JsonObject, own: Own): void {
  const module = moduleOf(own('event.dataset'));
  for (const field of ['event.module', 'service.type'])
    if (module !== undefined && own(field) === undefined) addField(fields, field, module);
  for (const [field, from] of gathered) {
    if (own(field) !== undefined) continue;
    const values = new Set(from.flatMap((name) => own(name) ?? []).filter((value) => value !== ''));
    if (values.size > 0) addField(fields, field, [...values]);
  }
}

function moduleOf(dataset: FieldValue): string | undefined {
  const name = typeof dataset === 'string' ? dataset.split('.', 1)[0]! : '';
  return modules.has(name) ? name : undefined;
}
