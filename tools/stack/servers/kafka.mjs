/**
 * Kafka in KRaft mode, from the jars of Maven Central: one broker, a cluster of three of which any one may be away, or one that lets in only whom it knows.
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

/**
 * @typedef {object} Access Who may come in, and how.
 * @property {string} protocol
 * @property {() => string} settings
 * @property {() => Promise<void>} prepare
 * @property {readonly string[]} users As they are made with the storage.
 */
/** @typedef {{ name: string; id: number; port: number; access?: Access }} Broker */

/** @type {readonly Broker[]} */
const single = [{ name: 'kafka', id: 1, port: ports.kafka }];
/** @type {readonly Broker[]} */
const three = ports.kafkaCluster.map((port, index) => ({ name: `kafka-${index + 1}`, id: index + 1, port }));

const quick = `broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
replica.lag.time.max.ms=3000`;

/** @param {Broker} broker @param {readonly Broker[]} cluster */
const config = ({ name, id, port, access }, cluster) => `process.roles=broker,controller
node.id=${id}
controller.quorum.voters=${cluster.map((one) => `${one.id}@${host}:${one.port + 1}`).join(',')}
controller.listener.names=CONTROLLER
listeners=CLIENTS://${host}:${port},CONTROLLER://${host}:${port + 1}
advertised.listeners=CLIENTS://${host}:${port}
inter.broker.listener.name=CLIENTS
listener.security.protocol.map=CLIENTS:${access?.protocol ?? 'PLAINTEXT'},CONTROLLER:PLAINTEXT
${access?.settings() ?? ''}
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

/** @typedef {{ name: string; password: string }} User */
/** @type {User} */
export const securedUser = { name: 'waybill', password: 'waybill-secret' };
/** The broker's key and certificate, which signs itself, and which its clients show too. */
export const securedFiles = () => ({
  certificate: running('kafka-secured.cert.pem'),
  key: running('kafka-secured.key.pem'),
});

/** TLS on both sides, and a name with a password. @type {Access} */
const known = {
  protocol: 'SASL_SSL',
  users: [`SCRAM-SHA-512=[name=${securedUser.name},password=${securedUser.password}]`],
  async prepare() {
    const { certificate, key } = securedFiles();
    if (existsSync(running('kafka-secured.pem'))) return;
    need('openssl', 'the certificate of a broker is made with it');
    const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '3650'];
    const names = ['-subj', '/CN=waybill', '-addext', `subjectAltName=IP:${host},DNS:localhost`];
    await run('openssl', ['req', ...kind, ...names, '-keyout', key, '-out', certificate]);
    writeFileSync(running('kafka-secured.pem'), `${readFileSync(key, 'utf8')}${readFileSync(certificate, 'utf8')}`);
  },
  settings: () => `ssl.keystore.type=PEM
ssl.keystore.location=${running('kafka-secured.pem')}
ssl.truststore.type=PEM
ssl.truststore.location=${securedFiles().certificate}
listener.name.clients.ssl.client.auth=required
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512
sasl.mechanism.inter.broker.protocol=PLAIN
listener.name.clients.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="${securedUser.name}" password="${securedUser.password}" user_${securedUser.name}="${securedUser.password}";
listener.name.clients.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
connections.max.reauth.ms=12000`,
};
/** @type {Broker} */
const secured = { name: 'kafka-secured', id: 1, port: ports.kafkaSecured, access: known };

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
    await broker.access?.prepare();
    writeFileSync(file, config(broker, cluster));
    rmSync(logFile(broker.name), { force: true });
    if (existsSync(running(broker.name, 'meta.properties'))) return;
    const users = broker.access?.users.flatMap((user) => ['--add-scram', user]) ?? [];
    const format = ['format', '-t', clusterId(cluster), '-c', file, ...users];
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
/** Names have to be proven again after twelve seconds, which the client does after two, so that a test sees it. */
export const kafkaSecured = serverOf(secured, [secured]);
