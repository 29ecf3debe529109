import { expect, it } from 'vitest';
import { z } from 'zod';
import { objectSettings } from './object-settings.ts';

const read = (settings: object) =>
  z.object(objectSettings).safeParse({
    S3_ENDPOINT: 'http://s3:9000',
    S3_ACCESS_KEY: 'a',
    S3_SECRET_KEY: 's',
    ...settings,
  });

it.each([{}, { S3_ENDPOINT: 'https://[::1]:9000/' }, { S3_BUCKET: 'waybill.documents-2' }])('takes %j', (settings) =>
  expect(read(settings).success).toBe(true),
);

it.each([
  { S3_ENDPOINT: 's3:9000' },
  { S3_ENDPOINT: 'http://s3:9000/waybill' },
  { S3_BUCKET: 'Way_bill' },
  { S3_BUCKET: 'w' },
])('refuses %j by the name of the setting, before anything is opened', (settings) =>
  expect(read(settings).error?.issues).toMatchObject([
    { path: Object.keys(settings), message: expect.stringMatching(/^must be /) },
  ]),
);
