/** What the S3 client throws, as errors of the platform. Promise: no credential is in them, their causes included. */
import { PlatformError } from '@waybill/contracts';
import { S3Error } from 'minio';

export interface S3Place {
  /** Without user and password. */
  readonly endpoint: string;
  readonly bucket: string;
}

/** `NoSuchKey` alone: another 404 says that the bucket is gone, or that this is no S3. */
export const isMissing = (error: unknown): boolean => error instanceof S3Error && error.code === 'NoSuchKey';

/** `doing`: "take documents/d-1/original". */
export function s3Unavailable({ endpoint, bucket }: S3Place, doing: string, error: unknown): PlatformError {
  if (error instanceof PlatformError) return error;
  const detail = `Bucket ${bucket} at ${endpoint} could not ${doing}: ${reasonOf(error)}.`;
  // The client's errors carry every field of the server's answer; some servers repeat the access key there.
  return new PlatformError('unavailable', { detail, cause: new Error(reasonOf(error)) });
}

/** A refused connection to a name with two addresses has a code and no message; what a server says may be no error at all. */
export function reasonOf(error: unknown): string {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  const words = [code, message].filter((part) => typeof part === 'string' && part !== '') as string[];
  const [first, second] = words;
  const text = second === undefined || second.includes(first!) ? words.at(-1) : `${first}: ${second}`;
  return (text ?? 'no reason was given').replace(/\.$/, '');
}
