/**
 * Kafka in KRaft mode, from the jars of Maven Central: one broker, or a cluster of three of which any one may be away.
 * The cluster finds out within three seconds that a broker is gone, instead of nine: tests wait for it.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOpen, logFile } from '../background.mjs';
import { cached, host, ports, running } from '../places.mjs';
import { need, run } from '../run.mjs';

const version = '4.3.1';
const jars = () => cached(`kafka-${version}`);

/** @param {string} group @param {string} artifact @param {string} of */
const dependency = (group, artifact, of) =>
  `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${of}</version></dependency>`;
// The tools need a backend for slf4j, which the broker's jar brings along at build time only.
const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>waybill</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    ${dependency('org.apache.kafka', 'kafka_2.13', version)}
    ${dependency('org.apache.kafka', 'kafka-tools', version)}
    ${dependency('org.slf4j', 'slf4j-simple', '1.7.36')}
  </dependencies>
</project>`;

/** @typedef {{ name: string; id: number; port: number }} Broker */

/** @type {readonly Broker[]} */
const single = [{ name: 'kafka', id: 1, port: ports.kafka }];
/** @type {readonly Broker[]} */
const three = ports.kafkaCluster.map((port, index) => ({ name: `kafka-${index + 1}`, id: index + 1, port }));

const quick = `broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
replica.lag.time.max.ms=3000`;

/** @param {Broker} broker @param {readonly Broker[]} cluster */
const config = ({ name, id, port }, cluster) => `process.roles=broker,controller
node.id=${id}
controller.quorum.voters=${cluster.map((one) => `${one.id}@${host}:${one.port + 1}`).join(',')}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://${host}:${port},CONTROLLER://${host}:${port + 1}
advertised.listeners=PLAINTEXT://${host}:${port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=${running(name)}
default.replication.factor=${cluster.length}
min.insync.replicas=${cluster.length > 1 ? 2 : 1}
offsets.topic.replication.factor=${cluster.length}
num.network.threads=1
num.io.threads=${availableParallelism()}
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
${cluster.length > 1 ? quick : ''}
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
log.cleaner.dedupe.buffer.size=16777216
`;

/** @param {string[]} options @param {string} mainClass @param {string[]} args */
const java = (options, mainClass, args) => [
  '-XX:TieredStopAtLevel=1',
  '-XX:CompileThresholdScaling=0.2',
  ...options,
  '-Djava.awt.headless=true',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
  '-cp',
  `${jars()}/*`,
  mainClass,
  ...args,
];

/** All who are one cluster have to agree on it, whoever is made first. @param {readonly Broker[]} cluster */
const clusterId = (cluster) =>
  createHash('md5')
    .update(cluster.map(({ name }) => running(name)).join())
    .digest('base64url')
    .replace(/^-/, 'A');

/** @type {Promise<void> | undefined} */
let installing;

async function install() {
  need('java', 'Kafka runs on Java 17 or newer');
  if (existsSync(join(jars(), '.done'))) return;
  need('mvn', "Kafka's jars are fetched with Maven");
  const scratch = mkdtempSync(join(tmpdir(), 'waybill-kafka-'));
  writeFileSync(join(scratch, 'pom.xml'), pom);
  mkdirSync(jars(), { recursive: true });
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';
  const options = ['-DincludeScope=runtime', `-DoutputDirectory=${jars()}`];
  await run('mvn', ['-q', '-B', '-f', join(scratch, 'pom.xml'), goal, ...options]);
  rmSync(scratch, { recursive: true });
  writeFileSync(join(jars(), '.done'), '');
}

/** @param {Broker} broker @param {readonly Broker[]} cluster @returns {import('../servers.mjs').Server} */
const serverOf = (broker, cluster) => ({
  name: broker.name,
  port: broker.port,
  stopSignal: 'SIGTERM',
  install: () => (installing ??= install()),

  async prepare() {
    const file = running(`${broker.name}.properties`);
    writeFileSync(file, config(broker, cluster));
    rmSync(logFile(broker.name), { force: true });
    if (existsSync(running(broker.name, 'meta.properties'))) return;
    const format = ['format', '-t', clusterId(cluster), '-c', file];
    await run('java', java(['-Xmx256m'], 'kafka.tools.StorageTool', format));
  },

  program() {
    const options = ['-Xms384m', '-Xmx384m', '-XX:+UseSerialGC', '-XX:+ExitOnOutOfMemoryError'];
    const levels = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-Dorg.slf4j.simpleLogger.log.kafka.server=info'];
    const file = running(`${broker.name}.properties`);
    return { command: 'java', args: java([...options, ...levels], 'kafka.Kafka', [file]) };
  },

  async isReady() {
    return readFileSync(logFile(broker.name), 'utf8').includes('Kafka Server started') && (await isOpen(broker.port));
  },
});

export const kafka = serverOf(/** @type {Broker} */ (single[0]), single);
/** Any one of them may be away: each record lies on all, and on two before it is acknowledged. */
export const kafkaCluster = three.map((broker) => serverOf(broker, three));
