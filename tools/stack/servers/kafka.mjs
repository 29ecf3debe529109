/** One Kafka broker in KRaft mode, from the jars of Maven Central. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
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

const config = () => `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@${host}:${ports.kafkaController}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://${host}:${ports.kafka},CONTROLLER://${host}:${ports.kafkaController}
advertised.listeners=PLAINTEXT://${host}:${ports.kafka}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=${running('kafka')}
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
num.network.threads=1
num.io.threads=${availableParallelism()}
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
log.cleaner.dedupe.buffer.size=16777216
`;

/** @param {string[]} options @param {string} mainClass @param {string[]} args */
const java = (options, mainClass, args) => [
  '-XX:TieredStopAtLevel=1',
  ...options,
  '-Djava.awt.headless=true',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
  '-cp',
  `${jars()}/*`,
  mainClass,
  ...args,
];

/** @type {import('../servers.mjs').Server} */
export const kafka = {
  name: 'kafka',
  port: ports.kafka,
  stopSignal: 'SIGTERM',

  async install() {
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
  },

  async prepare() {
    const file = running('kafka.properties');
    writeFileSync(file, config());
    rmSync(logFile('kafka'), { force: true });
    if (existsSync(running('kafka', 'meta.properties'))) return;
    const id = `A${randomBytes(16).toString('base64url').slice(1)}`;
    await run('java', java(['-Xmx256m'], 'kafka.tools.StorageTool', ['format', '-t', id, '-c', file]));
  },

  program() {
    const options = ['-Xms384m', '-Xmx384m', '-XX:+UseSerialGC', '-XX:+ExitOnOutOfMemoryError'];
    const levels = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-Dorg.slf4j.simpleLogger.log.kafka.server=info'];
    return { command: 'java', args: java([...options, ...levels], 'kafka.Kafka', [running('kafka.properties')]) };
  },

  async isReady() {
    return readFileSync(logFile('kafka'), 'utf8').includes('Kafka Server started') && (await isOpen(ports.kafka));
  },
};
