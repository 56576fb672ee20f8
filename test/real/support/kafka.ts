import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, type KafkaConfig, logLevel } from 'kafkajs';
import { freePort } from '../../support/ports.ts';
import { cached, recipes } from './cache.ts';
import { makeCertificates } from './certificates.ts';
import { run, shortLived } from './commands.ts';
import { eventually, type PeerProcess, startProcess } from './processes.ts';

/** The folder of a real Kafka 4.4.0: the jars of its broker. */
async function ensureKafka(): Promise<string> {
  return cached('kafka-4.4.0', async (unfinished) => {
    await copyFile(join(recipes, 'kafka', 'pom.xml'), join(unfinished, 'pom.xml'));
    const goal = [
      'dependency:copy-dependencies',
      '-DincludeScope=runtime',
      `-DoutputDirectory=${unfinished}`,
    ];
    await run('mvn', ['-q', '-B', '-ntp', ...goal], { cwd: unfinished });
  });
}

/** Users of the listeners that ask for one. */
export const saslUser = { user: 'shipper', password: 'shipper-secret' };

export interface RealKafka {
  /** Addresses, as `brokers` takes them. */
  readonly plain: string;
  readonly sasl: string;
  /** TLS that asks for a client certificate. */
  readonly tls: string;
  /** TLS that asks for none. */
  readonly oneWayTls: string;
  readonly certificates: Awaited<ReturnType<typeof makeCertificates>>;
  client(settings?: Partial<KafkaConfig>): Kafka;
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

type Ports = Record<'plain' | 'sasl' | 'tls' | 'oneWayTls' | 'controller', number>;

/** Starts one broker that is its own controller. What it holds stays over `kill` and `restart`. */
export async function startKafka(): Promise<RealKafka> {
  const jars = await ensureKafka();
  const folder = await mkdtemp(join(tmpdir(), 'logboom-kafka-'));
  const certificates = await makeCertificates();
  const ports = {
    plain: await freePort(),
    sasl: await freePort(),
    tls: await freePort(),
    oneWayTls: await freePort(),
    controller: await freePort(),
  };
  const properties = join(folder, 'server.properties');
  await mkdir(join(folder, 'data'));
  await writeFile(properties, (await propertiesOf(folder, ports, certificates)).join('\n'));
  const classes = ['-cp', join(jars, '*')];
  const scram = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
    '--add-scram',
    `${mechanism}=[name=${saslUser.user},password=${saslUser.password}]`,
  ]);
  const id = 'bG9nYm9vbS1rYWZrYS10cg';
  await run(
    'java',
    [
      ...shortLived,
      '-Xmx128m',
      ...classes,
      'kafka.tools.StorageTool',
      'format',
      '-t',
      id,
      '-c',
      properties,
      ...scram,
    ],
    {
      cwd: folder,
    },
  );
  const log = join(folder, 'kafka.log');
  let starts = 0;
  async function launch(): Promise<PeerProcess> {
    const flags = [...shortLived, '-Xms128m', '-Xmx512m'];
    const broker = startProcess('java', [...flags, ...classes, 'kafka.Kafka', properties], {
      ...{ log, cwd: folder, env: { PATH: process.env.PATH ?? '' } },
    });
    starts += 1;
    await eventually('Kafka is up', () => {
      if (!broker.running) throw new Error(`Kafka ended:\n${broker.output().slice(-3000)}`);
      return broker.output().split('Kafka Server started').length > starts;
    });
    return broker;
  }
  let running = await launch();
  return {
    plain: `127.0.0.1:${ports.plain}`,
    sasl: `127.0.0.1:${ports.sasl}`,
    tls: `127.0.0.1:${ports.tls}`,
    oneWayTls: `127.0.0.1:${ports.oneWayTls}`,
    certificates,
    client: (settings) =>
      new Kafka({
        clientId: 'test',
        brokers: [`127.0.0.1:${ports.plain}`],
        logLevel: logLevel.NOTHING,
        ...settings,
      }),
    kill: () => running.end('SIGKILL'),
    async restart() {
      running = await launch();
    },
    async stop() {
      await running.end('SIGKILL');
      await rm(folder, { recursive: true, force: true });
      await rm(certificates.folder, { recursive: true });
    },
  };
}

async function propertiesOf(
  folder: string,
  ports: Ports,
  { authority, certificate, key }: RealKafka['certificates'],
): Promise<string[]> {
  const listeners = `PLAINTEXT://127.0.0.1:${ports.plain},SASL_PLAINTEXT://127.0.0.1:${ports.sasl},SSL://127.0.0.1:${ports.tls},ONEWAY://127.0.0.1:${ports.oneWayTls}`;
  const module = 'org.apache.kafka.common.security';
  const oneLine = async (path: string) => (await readFile(path, 'utf8')).trim().replaceAll('\n', '\\n');
  const single = (names: string[]) => names.map((name) => `${name}=1`);
  return [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${ports.controller}`,
    `listeners=${listeners},CONTROLLER://127.0.0.1:${ports.controller}`,
    `advertised.listeners=${listeners}`,
    'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SSL:SSL,ONEWAY:SSL,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name=PLAINTEXT',
    'controller.listener.names=CONTROLLER',
    'sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    `listener.name.sasl_plaintext.plain.sasl.jaas.config=${module}.plain.PlainLoginModule required user_${saslUser.user}="${saslUser.password}";`,
    ...['256', '512'].map(
      (bits) =>
        `listener.name.sasl_plaintext.scram-sha-${bits}.sasl.jaas.config=${module}.scram.ScramLoginModule required;`,
    ),
    'ssl.client.auth=required',
    'listener.name.oneway.ssl.client.auth=none',
    'ssl.keystore.type=PEM',
    `ssl.keystore.certificate.chain=${await oneLine(certificate)}`,
    `ssl.keystore.key=${await oneLine(key)}`,
    'ssl.truststore.type=PEM',
    `ssl.truststore.certificates=${await oneLine(authority)}`,
    `log.dirs=${join(folder, 'data')}`,
    'num.partitions=3',
    'auto.create.topics.enable=true',
    'offsets.topic.num.partitions=2',
    'group.initial.rebalance.delay.ms=0',
    ...single([
      'offsets.topic.replication.factor',
      'transaction.state.log.replication.factor',
      'transaction.state.log.min.isr',
      'share.coordinator.state.topic.replication.factor',
      'share.coordinator.state.topic.min.isr',
    ]),
    '',
  ];
}
