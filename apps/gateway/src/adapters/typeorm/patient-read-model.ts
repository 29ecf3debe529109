/** A read model on a server: a read that fails because the server is away is `unavailable`, which a client may try again, and no fault of ours. */
import { PlatformError } from '@waybill/contracts';
import type { ReadModel } from '../../ports/read-model.ts';

export function patientReadModel(model: ReadModel): ReadModel {
  return {
    findTask: (taskId) => orUnavailable(model.findTask(taskId)),
    eventsAfter: (taskId, seq, limit, maxChars) => orUnavailable(model.eventsAfter(taskId, seq, limit, maxChars)),
    listTasks: (query) => orUnavailable(model.listTasks(query)),
    findDocument: (tenant, documentId) => orUnavailable(model.findDocument(tenant, documentId)),
    findDocumentByName: (tenant, collection, name) => orUnavailable(model.findDocumentByName(tenant, collection, name)),
    listDocuments: (query) => orUnavailable(model.listDocuments(query)),
  };
}

export async function orUnavailable<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (cause) {
    if (cause instanceof PlatformError) throw cause;
    const detail = 'The read model cannot be read just now. Try again in a moment.';
    throw new PlatformError('unavailable', { detail, cause, retryAfterMs: 1_000 });
  }
}
