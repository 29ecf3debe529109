/** `/v1/tasks` and the short forms of it. */
import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import { defaultOwner, limits, PlatformError, RunTask, taskStatuses, WorkflowReference } from '@waybill/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { checkShape } from '../../domain/check-shape.ts';
import { taskAnswerJson, taskPath } from '../../domain/task-id.ts';
import type { Label } from '../../ports/read-model.ts';
import { CancelTask } from '../../use-cases/cancel-task.ts';
import { ReadTasks } from '../../use-cases/read-tasks.ts';
import { SubmitTask } from '../../use-cases/submit-task.ts';
import { exchangeOf, type Exchange } from './exchange.ts';
import { Query } from './query.ts';

interface TaskParams {
  task_id: string;
  step_id: string;
}

@Controller()
export class TasksController {
  constructor(
    @Inject(SubmitTask) private readonly submitTask: SubmitTask,
    @Inject(ReadTasks) private readonly tasks: ReadTasks,
    @Inject(CancelTask) private readonly cancelTask: CancelTask,
  ) {}

  @Post('v1/tasks')
  submit(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.accept(exchangeOf(request, 'submitTask'), { request, reply }, request.body);
  }

  @Post('run-task')
  run(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { task } = checkShape(RunTask, request.body, { fields: ['task'] });
    return this.accept(exchangeOf(request, 'runTask'), { request, reply }, { goal: task });
  }

  @Get('v1/tasks')
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const exchange = exchangeOf(request, 'listTasks');
    const query = new Query(request, ['status', 'label', 'workflow', 'limit', 'cursor']);
    const statuses = query.choices('status', taskStatuses);
    const workflow = query.one('workflow');
    if (workflow !== undefined) checkShape(WorkflowReference, workflow, { at: 'workflow' });
    const page = await this.tasks.list({
      tenant: defaultOwner.tenant,
      limit: query.limit(),
      labels: labelQuery(query),
      ...query.before(),
      ...(statuses ? { statuses } : {}),
      ...(workflow === undefined ? {} : { workflow }),
    });
    exchange.sendJson(reply, 200, JSON.stringify(page));
  }

  @Get('v1/tasks/:task_id')
  async get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const exchange = exchangeOf(request, 'getTask');
    exchange.sendJson(reply, 200, await this.tasks.view((request.params as TaskParams).task_id));
  }

  @Get('v1/tasks/:task_id/steps/:step_id')
  async step(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const exchange = exchangeOf(request, 'getStep');
    const { task_id: taskId, step_id: stepId } = request.params as TaskParams;
    exchange.sendJson(reply, 200, JSON.stringify(await this.tasks.step(taskId, stepId)));
  }

  @Get('v1/tasks/:task_id/metrics')
  metrics(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.measure(exchangeOf(request, 'getTaskMetrics'), request, reply);
  }

  @Get('metrics/:task_id')
  shortMetrics(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.measure(exchangeOf(request, 'getTaskMetricsShort'), request, reply);
  }

  @Post('v1/tasks/:task_id/cancel')
  async cancel(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const exchange = exchangeOf(request, 'cancelTask');
    const { task_id: taskId } = request.params as TaskParams;
    const { isDecided } = await this.cancelTask.execute(taskId, request.body, exchange.caller(request));
    const task = await this.tasks.view(taskId);
    if (isDecided) exchange.sendJson(reply, 200, task);
    else exchange.sendJson(reply, 202, task, { location: taskPath(taskId) });
  }

  private async accept(
    exchange: Exchange,
    http: { request: FastifyRequest; reply: FastifyReply },
    body: unknown,
  ): Promise<void> {
    const submitted = await this.submitTask.execute(body, exchange.caller(http.request));
    if ('preview' in submitted) return exchange.sendJson(http.reply, 200, JSON.stringify(submitted.preview));
    const { taskId, isReplayed } = submitted;
    const headers: Record<string, string> = { location: taskPath(taskId) };
    if (isReplayed) headers['idempotency-replayed'] = 'true';
    exchange.sendJson(http.reply, 202, taskAnswerJson(taskId, 'accepted'), headers);
  }

  private async measure(exchange: Exchange, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const metrics = await this.tasks.metrics((request.params as TaskParams).task_id);
    exchange.sendJson(reply, 200, JSON.stringify(metrics));
  }
}

/** Each label that the text may mean: key and value may both have colons. */
function labelsOf(text: string): Label[] {
  const labels: Label[] = [];
  for (let at = text.indexOf(':', 1); at > 0 && at <= limits.nameChars; at = text.indexOf(':', at + 1))
    labels.push([text.slice(0, at), text.slice(at + 1)]);
  if (labels.length > 0) return labels;
  throw new PlatformError('invalid_request', { detail: 'label must look like key:value.', pointer: 'label' });
}

function labelQuery(query: Query): Label[][] {
  const texts = query.all('label');
  if (texts.length <= limits.labels) return texts.map(labelsOf);
  const detail = `label may be given ${limits.labels} times at most: no task has more.`;
  throw new PlatformError('invalid_request', { detail, pointer: 'label' });
}
