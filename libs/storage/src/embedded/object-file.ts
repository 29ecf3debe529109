/**
 * An object as a file: one line of JSON with the media type, then the bytes. One file, so that bytes and type change together.
 */
import { PlatformError } from '@waybill/contracts';
import type { StoredObject } from '../object-store.ts';

const newline = 10;

export function encodeObject({ bytes, mediaType }: StoredObject): Uint8Array {
  return Buffer.concat([Buffer.from(`${JSON.stringify({ mediaType })}\n`), bytes]);
}

export function decodeObject(key: string, file: Uint8Array): StoredObject {
  const end = file.indexOf(newline);
  try {
    const { mediaType } = JSON.parse(new TextDecoder().decode(file.subarray(0, Math.max(end, 0)))) as {
      mediaType: string;
    };
    return { mediaType, bytes: file.subarray(end + 1) };
  } catch (error) {
    throw new PlatformError('data_folder_corrupt', {
      detail: `The object ${key} has no readable header.`,
      cause: error,
    });
  }
}
