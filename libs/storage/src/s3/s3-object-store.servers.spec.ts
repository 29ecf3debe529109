import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { Client } from 'minio';
import { afterEach, expect, it } from 'vitest';
import { host, ports, s3 } from '../../../../tools/stack/places.mjs';
import { objectStoreContract } from '../contract/object-store.contract.ts';
import { S3ObjectStore } from './s3-object-store.ts';

const { accessKey, secretKey } = s3;
const endpoint = `http://${host}:${ports.minio}`;
const admin = new Client({
  endPoint: host,
  port: ports.minio,
  useSSL: false,
  accessKey,
  secretKey,
  region: 'us-east-1',
});
const made: string[] = [];
const freshBucket = (): string => {
  made.push(`test-${randomUUID()}`);
  return made.at(-1)!;
};
afterEach(async () => {
  const headers = { 'x-minio-force-delete': 'true' }; // with all its versions
  for (const bucketName of made.splice(0))
    await admin.makeRequestAsyncOmit({ method: 'DELETE', bucketName, headers }, '', [204, 404]);
});
const open = (bucket = freshBucket()): Promise<S3ObjectStore> =>
  S3ObjectStore.open({ endpoint, accessKey, secretKey, bucket });
const object = (text: string, mediaType = 'text/plain') => ({ bytes: new TextEncoder().encode(text), mediaType });

objectStoreContract('S3ObjectStore', () => open());

it('opens one new bucket from several processes at once, and opens it again', async () => {
  const bucket = freshBucket();
  const [store] = await Promise.all(Array.from({ length: 8 }, () => open(bucket)));
  await store!.put('a', object('x'));
  expect(await (await open(bucket)).list('')).toEqual(['a']);
});

it('keeps older versions, those of removed objects too', async () => {
  const bucket = freshBucket();
  const store = await open(bucket);
  await store.put('a', object('one'));
  await store.put('a', object('two'));
  await store.delete('a');
  expect(await admin.getBucketVersioning(bucket)).toMatchObject({ Status: 'Enabled' });
  const versions = await admin.listObjects(bucket, '', true, { IncludeVersion: true }).toArray();
  expect(versions).toHaveLength(3);
});

it('lists keys that look like numbers and those below another key, over several pages', async () => {
  const store = await open();
  const keys = ['007', '0x1F', '1.0', '1e3', 'a', 'a/1', 'a/xl.meta', 'null', 'true'];
  for (const key of keys) await store.put(key, object(key));
  const many = Array.from({ length: 1_050 }, (_, n) => `many/${String(n).padStart(4, '0')}`);
  for (let n = 0; n < many.length; n += 50)
    await Promise.all(many.slice(n, n + 50).map((key) => store.put(key, object('x'))));
  expect(await store.list('')).toEqual([...keys, ...many].toSorted());
  expect(await store.list('many/')).toEqual(many);
});

it('passes over what another tool put into the bucket', async () => {
  const bucket = freshBucket();
  const store = await open(bucket);
  await admin.putObject(bucket, 'folder/', Buffer.from(''));
  await admin.putObject(bucket, 'a', Buffer.from('x'));
  expect(await store.list('')).toEqual([]);
});

it.each(['', ' a ', 'text/plain; name="ä漢"', 'a\r\nx-amz-acl: public-read', 'a  b'])(
  'gives back the media type %j',
  async (mediaType) => {
    const store = await open();
    await store.put('a', object('x', mediaType));
    expect((await store.get('a')).mediaType).toBe(mediaType);
  },
);

it('holds a part of a larger buffer, and many megabytes in one piece', async () => {
  const bucket = freshBucket();
  const store = await open(bucket);
  await store.put('part', { bytes: Buffer.from('xxabcxx').subarray(2, 5), mediaType: 'x/y' });
  expect(Buffer.from((await store.get('part')).bytes).toString()).toBe('abc');
  const bytes = new Uint8Array(80 * 1024 ** 2).fill(7);
  await store.put('large', { bytes, mediaType: 'x/y' });
  expect(Buffer.compare((await store.get('large')).bytes, bytes)).toBe(0);
  // A checksum of parts ends with their number.
  expect((await admin.statObject(bucket, 'large@')).etag).not.toContain('-');
});

it('says that the bucket is gone, and does not take that for a missing object', async () => {
  const bucket = freshBucket();
  const store = await open(bucket);
  await admin.removeBucket(bucket);
  await expect(store.get('a')).rejects.toMatchObject({ code: 'unavailable', detail: expect.stringContaining(bucket) });
});

it('refuses wrong credentials, and tells them to nobody', async () => {
  for (const wrong of [
    { accessKey: 'wrong-access', secretKey },
    { accessKey, secretKey: 'wrong-secret' },
  ]) {
    const error: unknown = await S3ObjectStore.open({ endpoint, ...wrong, bucket: s3.bucket }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'unavailable', retryable: true });
    const told = inspect(error, { depth: 9 });
    expect(told).toContain(`Bucket ${s3.bucket} at ${endpoint} could not be opened: AccessDenied`);
    expect(told).not.toMatch(/wrong-access|wrong-secret|waybill-secret/);
  }
});
