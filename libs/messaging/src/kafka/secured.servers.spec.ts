/** A broker that lets in only whom it knows, over TLS, and wants to know again after two seconds. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { host, ports, settings } from '../../../../tools/stack/places.mjs';
import { clean, up } from '../../../../tools/stack/servers.mjs';
import { kafkaSecured, securedFiles, securedUser } from '../../../../tools/stack/servers/kafka.mjs';
import { Collector, freshGroup, freshTopic, message, TestMember } from '../contract/log-under-test.ts';
import type { KafkaAccess } from './kafka-access.ts';
import { KafkaMessageLog } from './kafka-message-log.ts';

const brokers = [`${host}:${ports.kafkaSecured}`];
const topics = { partitions: 2, replicas: 1, minInSyncReplicas: 1 };

beforeAll(async () => {
  await clean([kafkaSecured]);
  await up([kafkaSecured], () => {});
});
afterAll(() => clean([kafkaSecured]));

function access(mechanism: 'plain' | 'scram-sha-512' = 'scram-sha-512'): Required<KafkaAccess> {
  const { certificate, key } = securedFiles();
  const cert = readFileSync(certificate, 'utf8');
  return {
    tls: { ca: cert, cert, key: readFileSync(key, 'utf8') },
    sasl: { mechanism, username: securedUser.name, password: securedUser.password },
  };
}
const open = (given: KafkaAccess, to: readonly string[] = brokers): Promise<KafkaMessageLog> =>
  KafkaMessageLog.open({ brokers: to, clientId: 'secured', topics, access: given });

it.each(['plain', 'scram-sha-512'] as const)(
  'is written to and read from as one of its users by %s',
  async (mechanism) => {
    const topic = freshTopic();
    const log = await open(access(mechanism), [`localhost:${ports.kafkaSecured}`]);
    const collector = new Collector();
    const tail = await log.tail({ topics: [topic], from: 'start', onRecords: collector.onRecords });
    const member = await new TestMember(collector.seen).join(log, { group: freshGroup(), topics: [topic] });
    const begun = performance.now();
    let sent = 0;
    while (performance.now() - begun < 2_500) {
      await log.append([message(topic, `k${sent}`)]);
      sent += 1;
    }
    const all = (): boolean => [collector, member].every(({ records }) => records.length === sent);
    await collector.seen.until(all, `reading ${sent} records`);
    await tail.close();
    await log.close();
  },
);

type Known = Required<KafkaAccess>;
const plain = settings('postgres')['KAFKA_BROKERS']!.split(',');

it.concurrent.each<[string, RegExp, (known: Known) => KafkaAccess, (readonly string[])?]>([
  [
    'with a wrong password',
    /invalid credentials.*KAFKA_SASL_PASSWORD\.$/,
    ({ tls, sasl }) => ({ tls, sasl: { ...sasl, password: 'x' } }),
  ],
  [
    'with a mechanism that is not offered',
    /KAFKA_SASL_MECHANISM, /,
    ({ tls, sasl }) => ({ tls, sasl: { ...sasl, mechanism: 'scram-sha-256' } }),
  ],
  ['as nobody', /\(KAFKA_SSL\)/, ({ tls }) => ({ tls })],
  [
    'without a certificate',
    /KAFKA_SSL_CERT and KAFKA_SSL_KEY\.$/,
    ({ tls: { ca }, sasl }) => ({ tls: { ca: ca! }, sasl }),
  ],
  [
    'by who does not know its certificate',
    /self-signed.*KAFKA_SSL_CA,/,
    ({ tls: { cert, key }, sasl }) => ({ tls: { cert: cert!, key: key! }, sasl }),
  ],
  [
    'at a name that its certificate does not have',
    /altnames.*whether the certificate has the name in KAFKA_BROKERS\.$/,
    (known) => known,
    [`127.1:${ports.kafkaSecured}`], // for the system another way to write 127.0.0.1
  ],
  ['in the clear', /want TLS \(KAFKA_SSL\)\.$/, ({ sasl }) => ({ sasl })],
  ['in the clear as nobody', /KAFKA_SSL\) or a user/, () => ({})],
  ['with TLS where it speaks none', /not speak TLS/, ({ tls }) => ({ tls }), plain],
])('%s it is not reached, which is explained', async (_, reason, change, to) => {
  const asked = prepare(change(access()), to);
  await expect(asked).rejects.toThrow(reason);
  await expect(asked).rejects.toMatchObject({ code: 'log_unavailable' });
});

async function prepare(given: KafkaAccess, to?: readonly string[]): Promise<void> {
  const log = await open(given, to);
  try {
    await log.prepareTopics();
  } finally {
    await log.close();
  }
}
