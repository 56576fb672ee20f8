import { dotnet } from './app/dotnet.ts';
import { generic } from './app/generic.ts';
import { glog } from './app/glog.ts';
import { go } from './app/go.ts';
import { java } from './app/java.ts';
import { logfmt } from './app/logfmt.ts';
import { python } from './app/python.ts';
import { rails } from './app/rails.ts';
import { mysqlError, mysqlSlow } from './data/mysql.ts';
import { postgresql } from './data/postgresql.ts';
import { redis } from './data/redis.ts';
import { syslog } from './system/syslog.ts';
import type { TextFormat } from './text-format.ts';
import { alb } from './web/alb.ts';
import { apacheError } from './web/apache-error.ts';
import { envoy } from './web/envoy.ts';
import { haproxy } from './web/haproxy.ts';
import { iis } from './web/iis.ts';
import { nginxError } from './web/nginx-error.ts';
import { squid } from './web/squid.ts';

/** The formats that are read as text, in the order in which `auto` tries them: the strict ones first. */
export const textFormats: readonly TextFormat[] = [
  haproxy,
  envoy,
  apacheError,
  nginxError,
  redis,
  mysqlSlow,
  mysqlError,
  postgresql,
  alb,
  iis,
  squid,
  rails,
  python,
  java,
  dotnet,
  glog,
  go,
  syslog,
  logfmt,
  generic,
];

/** Formats by the datasets that Filebeat's modules and Elastic's integrations name. */
export const datasetFormats: Readonly<Record<string, string>> = {
  'apache.error': 'apache-error',
  'nginx.error': 'nginx-error',
  'system.auth': 'syslog',
  'system.syslog': 'syslog',
  'haproxy.log': 'haproxy',
  'iis.access': 'iis',
  'aws.elb_logs': 'alb',
  'aws.elb': 'alb',
  'squid.log': 'squid',
  'postgresql.log': 'postgresql',
  'mysql.slowlog': 'mysql-slow',
  'mysql.error': 'mysql-error',
  'redis.log': 'redis',
};
