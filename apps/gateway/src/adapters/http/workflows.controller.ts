/** `/v1/workflows` and `/v1/agents`: what is on the registry. */
import { Controller, Get, Inject, Put, Req, Res } from '@nestjs/common';
import {
  limits,
  Name,
  PlatformError,
  type AgentView,
  type Json,
  type WorkflowEntry,
  type WorkflowSummary,
  type WorkflowView,
} from '@waybill/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { checkShape } from '../../domain/check-shape.ts';
import type { Registry } from '../../ports/registry.ts';
import { PutWorkflow } from '../../use-cases/put-workflow.ts';
import { exchangeOf } from './exchange.ts';
import { Query } from './query.ts';
import { REGISTRY } from './tokens.ts';

const patienceMs = 2_000;

@Controller()
export class WorkflowsController {
  constructor(
    @Inject(PutWorkflow) private readonly putWorkflow: PutWorkflow,
    @Inject(REGISTRY) private readonly registry: Registry,
  ) {}

  @Put('v1/workflows/:name')
  async put(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const exchange = exchangeOf(request, 'putWorkflow');
    const { entry, isNew } = await this.putWorkflow.execute(
      nameOf(request),
      (request.body ?? null) as Json,
      exchange.caller(request),
    );
    exchange.sendJson(reply, isNew ? 201 : 200, JSON.stringify(viewOf(entry)), {
      location: `/v1/workflows/${entry.name}?version=${entry.version}`,
    });
  }

  @Get('v1/workflows/:name')
  async get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const exchange = exchangeOf(request, 'getWorkflow');
    const version = new Query(request, ['version']).integer('version', 1, limits.workflowVersion);
    const name = nameOf(request);
    await this.registry.catchUp(patienceMs);
    const entry = this.registry.findWorkflow(name, version);
    if (!entry) {
      const detail =
        version === undefined ? `There is no workflow "${name}".` : `There is no version ${version} of "${name}".`;
      throw new PlatformError('workflow_not_found', { detail });
    }
    exchange.sendJson(reply, 200, JSON.stringify(viewOf(entry)));
  }

  @Get('v1/workflows')
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const exchange = exchangeOf(request, 'listWorkflows');
    const query = new Query(request, ['limit', 'cursor']);
    await this.registry.catchUp(patienceMs);
    exchange.sendJson(reply, 200, JSON.stringify(pageOf(this.registry.workflows(), query, summaryOf)));
  }

  @Get('v1/agents')
  async agents(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const exchange = exchangeOf(request, 'listAgents');
    const query = new Query(request, ['limit', 'cursor']);
    await this.registry.catchUp(patienceMs);
    const page = pageOf(this.registry.agents(), query, ({ kind: _kind, hash: _hash, ...agent }): AgentView => agent);
    exchange.sendJson(reply, 200, JSON.stringify(page));
  }
}

function nameOf(request: FastifyRequest): string {
  return checkShape(Name, (request.params as { name: string }).name, { at: 'name' });
}

const summaryOf = ({ name, version, hash, definition }: WorkflowEntry): WorkflowSummary => ({
  name,
  version,
  hash,
  description: definition.description ?? null,
});
const viewOf = (entry: WorkflowEntry): WorkflowView => ({ ...summaryOf(entry), definition: entry.definition });

/** Sorted by name; the cursor is the last name of the page. */
function pageOf<Entry extends { name: string }, View>(
  entries: readonly Entry[],
  query: Query,
  view: (entry: Entry) => View,
): { items: View[]; next: string | null; total: number } {
  const cursor = query.one('cursor');
  const after = cursor === undefined ? undefined : nameOfCursor(cursor);
  const rest = after === undefined ? entries : entries.filter((entry) => entry.name > after);
  const items = rest.slice(0, query.limit());
  const next = rest.length > items.length ? Buffer.from(items.at(-1)!.name).toString('base64url') : null;
  return { items: items.map(view), next, total: entries.length };
}

function nameOfCursor(cursor: string): string {
  const name = Buffer.from(cursor, 'base64url').toString();
  if (Name.safeParse(name).success && Buffer.from(name).toString('base64url') === cursor) return name;
  throw new PlatformError('invalid_cursor', {
    detail: 'This cursor was not made here. Begin again without it.',
    pointer: 'cursor',
  });
}
