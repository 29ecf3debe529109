/** Ids of tasks and documents are UUIDv7: they tell when they were made, and sort by it. */

const uuid7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Lower case, as they are made here. */
export const isUuid7 = (id: string): boolean => uuid7.test(id);

/** ms since 1970. */
export const madeAt = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

export const taskPath = (taskId: string): string => `/v1/tasks/${taskId}`;
export const documentPath = (documentId: string): string => `/v1/documents/${documentId}`;

/** Written by hand: it is sent with every task. */
export function taskAnswerJson(taskId: string, status: string): string {
  const self = taskPath(taskId);
  return (
    `{"task_id":"${taskId}","plan_id":"${taskId}","status":"${status}","links":{"self":"${self}",` +
    `"events":"${self}/events","metrics":"${self}/metrics","cancel":"${self}/cancel"}}`
  );
}

export function taskLinks(taskId: string): { self: string; events: string; metrics: string; cancel: string } {
  const self = taskPath(taskId);
  return { self, events: `${self}/events`, metrics: `${self}/metrics`, cancel: `${self}/cancel` };
}
