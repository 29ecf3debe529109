/** Object storage over the S3 API. An entry of its own: loading the client must not slow a start that needs none. */
export { S3ObjectStore } from './s3-object-store.ts';
export type { S3ObjectStoreOptions } from './s3-object-store.ts';
export { objectSettings, openObjects } from './object-settings.ts';
