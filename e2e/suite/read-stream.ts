/** One connection to a task's stream with its tokens, as the bytes say it. */
import { framesOf, type StreamFrame } from '@waybill/client';

export interface ReadStreamOptions {
  readonly lastEventId?: string;
  /** The connection is cut after the first frame of which this says so. */
  readonly until?: (frame: StreamFrame) => boolean;
}

/** Nothing, when the task had ended and its end was seen. */
export async function readStream(
  url: string,
  taskId: string,
  { lastEventId, until = () => false }: ReadStreamOptions = {},
): Promise<StreamFrame[]> {
  const headers: Record<string, string> = { accept: 'text/event-stream' };
  if (lastEventId !== undefined) headers['last-event-id'] = lastEventId;
  const response = await fetch(`${url}/v1/tasks/${taskId}/events?tokens=true`, { headers });
  if (response.status === 204) return [];
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  const frames: StreamFrame[] = [];
  for await (const frame of framesOf(response.body!)) {
    frames.push(frame);
    if (until(frame)) break;
  }
  return frames;
}
