/** The events of a task: a stream for who asks for one, else a page. */
import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { limits, PlatformError } from '@waybill/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FollowTask } from '../../use-cases/follow-task.ts';
import { ReadTasks } from '../../use-cases/read-tasks.ts';
import type { StreamStart } from '../../use-cases/task-stream.ts';
import { preferredOf } from './accept.ts';
import { exchangeOf, type Exchange } from './exchange.ts';
import { Query } from './query.ts';
import { SseReply } from './sse-reply.ts';

const pageType = 'application/json';
const streamType = 'text/event-stream';
const parameters = ['after', 'limit', 'tokens'];

@Controller()
export class EventsController {
  constructor(
    @Inject(ReadTasks) private readonly tasks: ReadTasks,
    @Inject(FollowTask) private readonly follow: FollowTask,
  ) {}

  @Get('v1/tasks/:task_id/events')
  events(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.answer(exchangeOf(request, 'streamTask'), request, reply);
  }

  @Get('stream/:task_id')
  stream(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.answer(exchangeOf(request, 'streamTaskShort'), request, reply, [streamType, pageType]);
  }

  private async answer(
    exchange: Exchange,
    request: FastifyRequest,
    reply: FastifyReply,
    offered: readonly [string, string] = [pageType, streamType],
  ): Promise<void> {
    const { task_id: taskId } = request.params as { task_id: string };
    const query = new Query(request, parameters);
    const type = preferredOf(request.headers.accept, offered);
    if (type === undefined)
      throw new PlatformError('not_acceptable', { detail: `Events come as ${streamType} or ${pageType}.` });
    if (type === streamType && request.method !== 'HEAD') return this.open(exchange, { request, reply, query }, taskId);
    query.flag('tokens'); // a page has none, and a value that is none is refused as it is for a stream
    const after = query.integer('after', 0, Number.MAX_SAFE_INTEGER, 'invalid_cursor') ?? 0;
    const limit = query.integer('limit', 1, limits.pageItems) ?? 100;
    exchange.sendJson(reply, 200, await this.tasks.eventPage(taskId, after, limit));
  }

  private async open(
    exchange: Exchange,
    http: { request: FastifyRequest; reply: FastifyReply; query: Query },
    taskId: string,
  ): Promise<void> {
    const { request, reply, query } = http;
    const start = startOf(request, query);
    const stream = await this.follow.open(taskId, start, new SseReply(reply.raw));
    if (stream === 'over') return exchange.send(reply, 204, {}, '');
    void reply.hijack();
    exchange.done(200);
    if (stream.isOver) return;
    reply.raw.on('drain', () => stream.drained());
    reply.raw.on('close', () => stream.close());
    if (reply.raw.destroyed) stream.close();
  }
}

/** `Last-Event-ID` is what a browser sends by itself, so it goes before `after`. */
function startOf(request: FastifyRequest, query: Query): StreamStart {
  const tokens = query.flag('tokens');
  const id = request.headers['last-event-id'];
  const after = query.integer('after', 0, Number.MAX_SAFE_INTEGER, 'invalid_cursor') ?? 0;
  if (id === undefined || id === '') return { after, tokens };
  const match = typeof id === 'string' ? /^(\d{1,15})(?:\.(-1|\d{1,15}))?$/.exec(id) : null;
  if (!match) {
    const detail = 'Last-Event-ID must be the id of a frame of this stream, such as 12 or 12.345.';
    throw new PlatformError('invalid_cursor', { detail, pointer: 'Last-Event-ID' });
  }
  const start = { after: Number(match[1]), tokens };
  return match[2] === undefined ? start : { ...start, tokenOffset: Number(match[2]) };
}
