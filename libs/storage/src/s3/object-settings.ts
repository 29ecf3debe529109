/** Where objects are, from the environment: the same names for every service that uses them. */
import type { Logger } from '@waybill/telemetry';
import { z } from 'zod';
import { bucketName, isEndpoint } from './s3-client.ts';
import { S3ObjectStore } from './s3-object-store.ts';

export const objectSettings = {
  S3_ENDPOINT: z.string().refine(isEndpoint, 'must be an address like http://host:9000, without a path'),
  S3_ACCESS_KEY: z.string().min(1),
  S3_SECRET_KEY: z.string().min(1),
  S3_BUCKET: z
    .string()
    .regex(bucketName, `must be a bucket's name: 3 to 63 of a-z, 0-9, hyphen and dot`)
    .default('waybill'),
  S3_REGION: z.string().min(1).optional(),
};
const Settings = z.object(objectSettings);

export function openObjects(settings: z.infer<typeof Settings>, logger: Logger): Promise<S3ObjectStore> {
  const { S3_ENDPOINT: endpoint, S3_ACCESS_KEY: accessKey, S3_SECRET_KEY: secretKey, S3_BUCKET: bucket } = settings;
  const { S3_REGION: region } = settings;
  return S3ObjectStore.open({
    endpoint,
    accessKey,
    secretKey,
    bucket,
    logger,
    ...(region !== undefined && { region }),
  });
}
