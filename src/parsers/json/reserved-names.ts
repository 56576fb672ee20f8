import { leaves } from '../../events/index.ts';

/**
 * Names that Elasticsearch refuses in a document, and names whose value in the line does not have the required type: a time
 * that cannot be read, a message that is not text.
 */
export const refusedNames: ReadonlySet<string> = new Set([
  '@metadata',
  '@timestamp',
  'message',
  '_id',
  '_index',
  '_type',
  '_source',
  '_routing',
  '_ignored',
  '_field_names',
  '_size',
  '_seq_no',
  '_version',
  '_tier',
  '_doc_count',
  '_nested_path',
  '_data_stream_timestamp',
  '_tsid',
  '_feature',
]);

/** Objects that the shipper sets about itself. They are not merged: a mixture of two hosts would describe neither. */
export const shipperObjects: ReadonlySet<string> = new Set([
  'host',
  'agent',
  'ecs',
  'input',
  '@metadata',
  'beat',
]);

/**
 * ECS objects for which loggers write a plain value, and the field for that value. Those of the shipper and `log` are left out: the
 * line must not replace them.
 */
const { agent: _, host: __, log: ___, ...plain } = leaves;
export const plainValues: Readonly<Record<string, string>> = plain;

/**
 * Top-level fields that are objects in ECS or in what Beats and other shippers send. A plain value in place of one would make the
 * field a keyword for the whole data stream, and every later event with the object would be refused.
 */
export const objectNames: ReadonlySet<string> = new Set([
  ...Object.keys(plainValues),
  ...shipperObjects,
  ...[
    'cloud',
    'cloudfoundry',
    'code_signature',
    'container',
    'data_stream',
    'destination',
    'device',
    'dll',
    'dns',
  ],
  ...[
    'docker',
    'elf',
    'email',
    'entity',
    'faas',
    'fields',
    'fileset',
    'gen_ai',
    'geo',
    'group',
    'hash',
    'http',
  ],
  ...['interface', 'json', 'kafka', 'kibana', 'kubernetes', 'labels', 'log', 'macho', 'network', 'nomad'],
  ...['observer', 'orchestrator', 'organization', 'os', 'package', 'pe', 'prospector', 'registry', 'related'],
  ...[
    'risk',
    'rule',
    'span',
    'threat',
    'tls',
    'transaction',
    'vlan',
    'volume',
    'vulnerability',
    'winlog',
    'x509',
  ],
  ...[
    'as',
    'apache',
    'aws',
    'azure',
    'gcp',
    'haproxy',
    'iis',
    'mysql',
    'nginx',
    'postgresql',
    'rails',
    'redis',
  ],
  ...['squid', 'syslog', 'system', 'systemd', 'journald', 'traefik', 'resource'],
]);

/** Objects below a top-level one, which ECS and the parsers have. A plain value in their place goes under `json`, too. */
export const innerObjects: ReadonlySet<string> = new Set(
  [
    'http.request http.request.body http.response http.response.body',
    'log.file log.origin log.origin.file log.syslog log.syslog.facility log.syslog.severity',
    'process.parent process.thread process.hash process.user process.group process.tty process.entry_leader',
    'process.session_leader process.group_leader process.previous process.code_signature process.pe',
    'user.effective user.changes user.target user.group user.risk user.entity',
    'source.geo source.as source.nat source.user destination.geo destination.as destination.nat destination.user',
    'client.geo client.as client.nat client.user server.geo server.as server.nat server.user',
    'host.os host.geo host.cpu host.disk host.network host.boot host.risk host.entity agent.build',
    'service.node service.origin service.target service.entity user_agent.os user_agent.device',
    'container.image container.cpu container.disk container.memory container.network container.hash',
    'cloud.account cloud.instance cloud.machine cloud.project cloud.service cloud.origin cloud.target',
    'network.inner network.vlan observer.os observer.geo observer.ingress observer.egress',
    'orchestrator.cluster orchestrator.resource tls.client tls.server dns.question threat.indicator threat.enrichments',
    'threat.group threat.software threat.tactic threat.technique threat.feed',
    'file.hash file.pe file.elf file.macho file.x509 file.code_signature device.model',
    'kubernetes.pod kubernetes.node kubernetes.container kubernetes.labels kubernetes.annotations kubernetes.deployment',
    'kubernetes.replicaset kubernetes.statefulset kubernetes.daemonset kubernetes.job kubernetes.cronjob',
    'kubernetes.namespace_labels kubernetes.namespace_annotations docker.container winlog.event_data winlog.user winlog.process',
  ].flatMap((line) => line.split(' ')),
);

/** Fields of ECS that have one value. An object in their place would be refused, or refuse all others. */
export const plainLeaves: ReadonlySet<string> = new Set(
  [
    'tags event.action event.category event.code event.created event.dataset event.duration event.end event.hash event.id',
    'event.ingested event.kind event.module event.original event.outcome event.provider event.reason event.reference',
    'event.risk_score event.sequence event.severity event.start event.timezone event.type event.url',
    'error.code error.id error.message error.stack_trace error.type log.level log.logger log.offset log.file.path',
    'log.origin.function log.origin.file.name log.origin.file.line http.version http.request.method http.request.id',
    'http.request.referrer http.request.bytes http.request.mime_type http.request.body.bytes http.request.body.content',
    'http.response.status_code http.response.bytes http.response.mime_type http.response.body.bytes',
    'http.response.body.content url.domain url.extension url.fragment url.full url.original url.password url.path',
    'url.port url.query url.scheme url.username url.registered_domain url.subdomain url.top_level_domain',
    'user.name user.id user.email user.domain user.full_name user.hash user.roles user_agent.original user_agent.name',
    'user_agent.version user_agent.device.name source.ip source.address source.port source.domain source.bytes',
    'source.packets source.mac destination.ip destination.address destination.port destination.domain destination.bytes',
    'client.ip client.address client.port client.domain server.ip server.address server.port server.domain',
    'host.name host.hostname host.id host.ip host.mac host.type host.architecture host.uptime agent.id agent.name agent.type',
    'agent.version agent.ephemeral_id service.name service.type service.version service.environment service.id service.state',
    'process.name process.pid process.ppid process.executable process.command_line process.args process.title',
    'process.uptime process.working_directory process.thread.id process.thread.name trace.id transaction.id span.id',
    'network.name network.type network.protocol network.transport network.application network.direction network.bytes',
    'network.forwarded_ip rule.id rule.name rule.uuid rule.category rule.description container.id container.name',
    'container.runtime container.image.name cloud.provider cloud.region cloud.availability_zone file.path file.name file.size',
    'file.extension file.type organization.id organization.name ecs.version kubernetes.namespace kubernetes.pod.name',
    'kubernetes.pod.uid kubernetes.node.name kubernetes.container.name observer.name observer.type observer.vendor',
    'data_stream.type data_stream.dataset data_stream.namespace',
  ].flatMap((line) => line.split(' ')),
);
