/**
 * MinIO's client as the object store needs it.
 * Promises: nothing is retried behind the caller's back; no object is sent in parts (the client would go on with the parts of another
 * upload of the same key); the region is never asked for.
 */
import { PlatformError } from '@waybill/contracts';
import { Client } from 'minio';
import { boundedTransport } from './bounded-transport.ts';

export interface S3Connection {
  /** `http://host:9000` or `https://...`, without a path. */
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** `us-east-1` when absent; servers other than AWS hardly mind. */
  readonly region?: string;
  /** After which a silent server is given up, ms. */
  readonly timeoutMs?: number;
}

const largestPut = 5 * 1024 ** 3;
export const bucketName = /^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** Throws `invalid_configuration`. `endpoint` of the answer may be shown. */
export function connect(connection: S3Connection, bucket: string): { client: Client; endpoint: string } {
  const { accessKey, secretKey, region = 'us-east-1', timeoutMs = 10_000 } = connection;
  const url = parsed(connection.endpoint);
  if (!bucketName.test(bucket)) throw invalid(`${JSON.stringify(bucket)} is no name for a bucket.`);
  // Without them the client would ask as nobody.
  if (!accessKey || !secretKey) throw invalid('Object storage needs an access key and a secret key.');
  const useSSL = url.protocol === 'https:';
  const client = new Client({
    endPoint: url.hostname.replace(/^\[|\]$/g, ''),
    ...(url.port !== '' && { port: Number(url.port) }),
    useSSL,
    accessKey,
    secretKey,
    region,
    ...boundedTransport(useSSL, { silentMs: timeoutMs, totalMs: 30 * timeoutMs }),
    retryOptions: { disableRetry: true },
    partSize: largestPut,
  });
  return { client, endpoint: url.origin };
}

function parsed(endpoint: string): URL {
  const url = URL.parse(endpoint);
  if (url && isEndpoint(endpoint)) return url;
  throw invalid('The endpoint of object storage is no URL like http://host:9000.');
}

export function isEndpoint(endpoint: string): boolean {
  const url = URL.parse(endpoint);
  return url !== null && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search === '';
}

const invalid = (detail: string): PlatformError => new PlatformError('invalid_configuration', { detail });
