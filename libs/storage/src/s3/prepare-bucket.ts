/** The bucket before its first use. Promise: several processes may prepare it at once. */
import type { Logger } from '@waybill/telemetry';
import { S3Error, type Client } from 'minio';
import { reasonOf } from './s3-errors.ts';

export async function prepareBucket(client: Client, bucket: string, logger?: Pick<Logger, 'warn'>): Promise<void> {
  if (!(await client.bucketExists(bucket))) await make(client, bucket);
  await keepVersions(client, bucket, logger);
}

async function make(client: Client, bucket: string): Promise<void> {
  try {
    await client.makeBucket(bucket, client.region);
  } catch (error) {
    if (await client.bucketExists(bucket)) return; // another process was faster
    throw new Error(`it is missing, and could not be made: ${reasonOf(error)}`, { cause: error });
  }
}

/** Versions are a safety net that not every server has and not every account may spread: without it objects are as safe as the server. */
async function keepVersions(client: Client, bucket: string, logger?: Pick<Logger, 'warn'>): Promise<void> {
  try {
    const { Status: status } = await client.getBucketVersioning(bucket);
    if (status !== 'Enabled') await client.setBucketVersioning(bucket, { Status: 'Enabled' });
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    logger?.warn(`Bucket ${bucket} keeps no older versions of its objects.`, { reason: reasonOf(error) });
  }
}
