/** Fields that the parsers may write, by their groups. A test compares them with the parsers. */
const written = `
agent: id name
aws.elb: action_executed backend.http.response.status_code backend_processing_time.sec chosen_cert.arn error.reason
  matched_rule_priority name redirect_url request_processing_time.sec response_processing_time.sec ssl_protocol
  target_group.arn trace_id type
apache: error.module
client: address
cloud: provider
destination: address domain ip port
error: code message stack_trace type
event: action category code count created dataset duration ingested kind module original outcome reason type
file: path
group: id name
haproxy: backend_name backend_queue bind_name bytes_read connections.active connections.backend connections.frontend
  connections.retries connections.server frontend_name http.request.captured_headers http.request.time_wait_ms
  http.response.captured_headers http.response.time_ms server_name server_queue termination_state
  time_backend_connect time_queue
host: hostname name
http: request.body.bytes request.bytes request.id request.method request.referrer response.body.bytes response.bytes
  response.mime_type response.status_code version
iis.access: server_name site_name sub_status
log: file.path level logger origin.file.line origin.file.name origin.function syslog.appname syslog.facility.code
  syslog.facility.name syslog.hostname syslog.msgid syslog.priority syslog.procid syslog.severity.code
  syslog.severity.name syslog.structured_data syslog.version
mysql: error.subsystem slowlog.lock_time.sec slowlog.query slowlog.rows_affected slowlog.rows_examined
  slowlog.rows_sent slowlog.schema thread_id
network: forwarded_ip
nginx: access.realip_remote_addr access.server_name access.ssl_protocol access.upstream.cache_status
  error.connection_id error.server error.upstream ingress_controller.upstream.address
  ingress_controller.upstream.alternative_name ingress_controller.upstream.name
  ingress_controller.upstream.response.length ingress_controller.upstream.response.status_code
  ingress_controller.upstream.response.time
postgresql.log: application_name database part query query_step session_line_number
process: command_line name pid thread.id thread.name
rails: controller.action controller.class request.duration.active_record request.duration.view request.format
redis.log: role
related: ip user
server: address
service: name node.name
source: address domain ip port
span: id
squid: hierarchy result
system.auth: ssh.event ssh.method ssh.signature sudo.command sudo.error sudo.pwd sudo.tty sudo.user
tls: cipher
trace: id
url: domain original path query scheme
user: effective.name id name
user_agent: original`;

/** Fields of events that senders set, by the names of ECS and of Filebeat. */
const sent = `
agent: ephemeral_id type version
data_stream: dataset namespace type
ecs: version
error: id
event: end start severity
fileset: name
host: architecture id ip mac os.family os.name os.platform os.version
input: type
log: offset
process: args executable parent.pid
service: environment type version
span: id
transaction: id
url: fragment full port
user: domain email
user_agent: device.name name os.name version`;

function namesIn(table: string): string[] {
  const joined = table.replace(/\n\s+/g, ' ').trim().split('\n');
  return joined.flatMap((line) => {
    const [group, fields = ''] = line.split(': ');
    return fields.split(' ').map((field) => `${group}.${field}`);
  });
}

/** Fields that a parser may write. Lines of JSON and of key and value may have any others. */
export const parserFields: ReadonlySet<string> = new Set(namesIn(written));

/** Fields that events may have without a parser. */
export const senderFields: ReadonlySet<string> = new Set([
  ...['@timestamp', 'message', 'tags'],
  ...namesIn(sent),
]);
