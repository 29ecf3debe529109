/** Every route of the public interface; OpenAPI is generated from it. */
import { z } from 'zod';
import { AgentPage, Health, Readiness, WorkflowPage, WorkflowView } from './api-documents.ts';
import { apiExamples as example } from './api-examples.ts';
import { answers, bodyErrors, json, logErrors, text, type ApiParameter, type ApiRoute } from './api-route.ts';
import { documentRoutes } from './api-routes-documents.ts';
import { cursor, limit, taskRoutes } from './api-routes-tasks.ts';
import { WorkflowDefinition } from './definition.ts';
import { limits } from './limits.ts';

const workflowName: ApiParameter = {
  name: 'name',
  in: 'path',
  ...text('The name of the workflow.'),
  example: example.workflow.name,
};
const { definition: _definition, ...workflowSummary } = example.workflow;
const workflowRoutes: readonly ApiRoute[] = [
  {
    id: 'putWorkflow',
    method: 'put',
    path: '/v1/workflows/{name}',
    tag: 'workflows',
    summary: 'Store a workflow',
    description:
      'A version never changes. Without `version` it becomes the next one, unless it equals the latest. The answer is sent when this gateway has read it back. ' +
      'Its agents are looked for when a task is submitted, not here: an agent may come later.',
    parameters: [workflowName],
    request: { required: true, content: json(WorkflowDefinition, example.definition) },
    responses: {
      200: answers('This version was already stored with the same body.', WorkflowView, example.workflow),
      201: answers('Stored.', WorkflowView, example.workflow, { Location: 'Where the workflow is.' }),
    },
    errors: [
      ...bodyErrors,
      'invalid_definition',
      'no_steps',
      'unknown_need',
      'cycle',
      'invalid_expression',
      'workflow_conflict',
      ...logErrors,
    ],
  },
  {
    id: 'getWorkflow',
    method: 'get',
    path: '/v1/workflows/{name}',
    tag: 'workflows',
    summary: 'One workflow in normal form',
    parameters: [
      workflowName,
      {
        name: 'version',
        in: 'query',
        ...text('The latest when absent.', z.number().int().min(1).max(limits.workflowVersion).optional()),
        example: 1,
      },
    ],
    responses: { 200: answers('The workflow.', WorkflowView, example.workflow) },
    errors: ['workflow_not_found', 'invalid_request', 'unavailable'],
  },
  {
    id: 'listWorkflows',
    method: 'get',
    path: '/v1/workflows',
    tag: 'workflows',
    summary: 'The latest version of each workflow, by name',
    parameters: [limit, cursor],
    responses: {
      200: answers('A page.', WorkflowPage, {
        items: [workflowSummary],
        next: null,
        total: 1,
      }),
    },
    errors: ['invalid_request', 'invalid_cursor', 'unavailable'],
  },
  {
    id: 'listAgents',
    method: 'get',
    path: '/v1/agents',
    tag: 'workflows',
    summary: 'Every agent that a node has announced, by name',
    parameters: [
      { ...limit, example: 1 },
      { ...cursor, example: 'YW5hbHl6ZXI' },
    ],
    responses: { 200: answers('A page.', AgentPage, { items: [example.agent], next: 'ZWNobw', total: 4 }) },
    errors: ['invalid_request', 'invalid_cursor', 'unavailable'],
  },
];

const serviceRoutes: readonly ApiRoute[] = [
  {
    id: 'getOpenApi',
    method: 'get',
    path: '/openapi.json',
    tag: 'service',
    summary: 'This document',
    parameters: [],
    responses: {
      200: answers('OpenAPI 3.1.', z.looseObject({ openapi: z.string() }), {
        openapi: '3.1.0',
        info: { title: 'Waybill', version: '1' },
      }),
    },
    errors: [],
  },
  {
    id: 'isAlive',
    method: 'get',
    path: '/healthz',
    tag: 'service',
    summary: 'Whether the process answers',
    parameters: [],
    responses: { 200: answers('It does.', Health, { status: 'ok' }) },
    errors: [],
  },
  {
    id: 'isReady',
    method: 'get',
    path: '/readyz',
    tag: 'service',
    summary: 'Whether the gateway has caught up with the log',
    parameters: [],
    responses: {
      200: answers('It has.', Readiness, {
        status: 'ready',
        checks: { registry: true, tail: true, projection: true },
        instance: '01999f2e-6c00-4d0e-8a35-7be2910cf6d4',
      }),
      503: answers('Not yet.', Readiness, {
        status: 'starting',
        checks: { registry: true, tail: true, projection: false },
        instance: '01999f2e-6c00-4d0e-8a35-7be2910cf6d4',
      }),
    },
    errors: [],
  },
  {
    id: 'getMetrics',
    method: 'get',
    path: '/metrics',
    tag: 'service',
    summary: 'Metrics for Prometheus',
    parameters: [],
    responses: {
      200: {
        description: 'Text format.',
        content: {
          'text/plain': {
            schema: z.string(),
            example: 'waybill_gateway_alarms_total{service="gateway",kind="gap"} 0\n',
          },
        },
      },
    },
    errors: [],
  },
];

export const apiRoutes: readonly ApiRoute[] = [...taskRoutes, ...workflowRoutes, ...documentRoutes, ...serviceRoutes];
