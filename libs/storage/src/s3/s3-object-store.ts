/**
 * Objects in a bucket: `a/b` is the object `a/b@` (MinIO never lists what lies below an object, and its client reads the key `007` as 7).
 * Promises: one request for each put and get, so bytes and media type are of one version; the server checks the bytes it takes in;
 * every failure but a missing object is `unavailable` and names endpoint and bucket.
 */
import type { IncomingMessage } from 'node:http';
import { PlatformError } from '@waybill/contracts';
import type { Logger } from '@waybill/telemetry';
import type { Client } from 'minio';
import { checkObjectKey, checkObjectPrefix } from '../object-key.ts';
import type { ObjectStore, StoredObject } from '../object-store.ts';
import { headersOf, mediaTypeOf } from './media-type-headers.ts';
import { prepareBucket } from './prepare-bucket.ts';
import { connect, type S3Connection } from './s3-client.ts';
import { isMissing, s3Unavailable, type S3Place } from './s3-errors.ts';

export interface S3ObjectStoreOptions extends S3Connection {
  readonly bucket: string;
  readonly logger?: Pick<Logger, 'warn'>;
}

const suffix = '@';
type Received = Pick<IncomingMessage, 'headers'> & AsyncIterable<Uint8Array>;
type Listed = AsyncIterable<{ readonly name?: string }>;

export class S3ObjectStore implements ObjectStore {
  private constructor(
    private readonly client: Client,
    private readonly place: S3Place,
  ) {}

  /** Makes the bucket if it is missing. Throws `invalid_configuration` for what can be no endpoint or bucket, `unavailable` for the rest. */
  static async open({ bucket, logger, ...connection }: S3ObjectStoreOptions): Promise<S3ObjectStore> {
    const { client, endpoint } = connect(connection, bucket);
    const store = new S3ObjectStore(client, { endpoint, bucket });
    await store.ask('be opened', () => prepareBucket(client, bucket, logger));
    return store;
  }

  async put(key: string, { bytes, mediaType }: StoredObject): Promise<void> {
    const name = nameOf(key);
    const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const headers = headersOf(mediaType);
    await this.ask(`take ${key}`, () => this.client.putObject(this.place.bucket, name, body, body.length, headers));
  }

  async get(key: string): Promise<StoredObject> {
    const name = nameOf(key);
    return this.ask(`give ${key}`, async () => {
      try {
        // The client answers the response itself and types it as its body.
        return await read((await this.client.getObject(this.place.bucket, name)) as unknown as Received);
      } catch (error) {
        if (!isMissing(error)) throw error;
        throw new PlatformError('not_found', { detail: `There is no object ${key}.` });
      }
    });
  }

  async delete(key: string): Promise<void> {
    const name = nameOf(key);
    await this.ask(`remove ${key}`, () => this.client.removeObject(this.place.bucket, name));
  }

  async list(prefix: string): Promise<readonly string[]> {
    checkObjectPrefix(prefix);
    return this.ask(`list ${prefix}`, async () => {
      const keys: string[] = [];
      for await (const { name } of this.client.listObjectsV2(this.place.bucket, prefix, true) as Listed)
        if (name?.endsWith(suffix)) keys.push(name.slice(0, -suffix.length));
      return keys.toSorted((a, b) => (a < b ? -1 : 1));
    });
  }

  private async ask<T>(doing: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw s3Unavailable(this.place, doing, error);
    }
  }
}

function nameOf(key: string): string {
  checkObjectKey(key);
  return `${key}${suffix}`;
}

/** A body that breaks off before its announced end is an error of the stream. */
async function read(response: Received): Promise<StoredObject> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { bytes: Buffer.concat(chunks), mediaType: mediaTypeOf(response.headers) };
}
