/** Every route of the public interface; OpenAPI is generated from it. */
import { z } from 'zod';
import {
  AgentPage,
  CollectionName,
  DocumentAnswer,
  DocumentForm,
  DocumentPage,
  DocumentSubmission,
  DocumentView,
  Health,
  Readiness,
  SearchAnswer,
  WorkflowPage,
  WorkflowView,
} from './api-documents.ts';
import { apiExamples as example } from './api-examples.ts';
import { answers, bodyErrors, json, logErrors, text, type ApiParameter, type ApiRoute } from './api-route.ts';
import { cursor, idempotencyKey, limit, taskRoutes } from './api-routes-tasks.ts';
import { WorkflowDefinition } from './definition.ts';
import { DocumentStatus, SearchInput } from './documents.ts';

const workflowName: ApiParameter = {
  name: 'name',
  in: 'path',
  ...text('The name of the workflow.'),
  example: 'review',
};
const documentId: ApiParameter = {
  name: 'document_id',
  in: 'path',
  ...text('The document.'),
  example: example.documentId,
};
const queued = {
  document_id: example.documentId,
  status: 'queued',
  links: { self: `/v1/documents/${example.documentId}` },
};

const workflowRoutes: readonly ApiRoute[] = [
  {
    id: 'putWorkflow',
    method: 'put',
    path: '/v1/workflows/{name}',
    tag: 'workflows',
    summary: 'Store a workflow',
    description:
      'A version never changes. Without `version` it becomes the next one, unless it equals the latest. The answer is sent when this gateway has read it back.',
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
        ...text('The latest when absent.', z.number().int().min(1).optional()),
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
        items: [{ name: 'review', version: 1, hash: example.workflow.hash, description: example.workflow.description }],
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
    parameters: [limit, cursor],
    responses: { 200: answers('A page.', AgentPage, { items: [example.agent], next: null, total: 1 }) },
    errors: ['invalid_request', 'invalid_cursor', 'unavailable'],
  },
];

const documentRoutes: readonly ApiRoute[] = [
  {
    id: 'addDocument',
    method: 'post',
    path: '/v1/documents',
    tag: 'documents',
    summary: 'Add a document to the knowledge of the agents',
    parameters: [idempotencyKey],
    request: {
      required: true,
      content: {
        ...json(DocumentSubmission, {
          name: 'runbook.md',
          text: '# Runbook\n\nRestart the consumer.',
          metadata: { team: 'payments' },
        }),
        'multipart/form-data': { schema: DocumentForm, example: { file: '# Runbook', collection: 'default' } },
      },
    },
    responses: {
      202: answers('Stored; indexing follows.', DocumentAnswer, queued, { Location: 'Where the document is.' }),
    },
    errors: [...bodyErrors, 'unsupported_document', 'idempotency_key_reused', ...logErrors],
  },
  {
    id: 'listDocuments',
    method: 'get',
    path: '/v1/documents',
    tag: 'documents',
    summary: 'List documents, newest first',
    parameters: [
      {
        name: 'collection',
        in: 'query',
        ...text('Only of this collection.', CollectionName.optional()),
        example: 'default',
      },
      {
        name: 'status',
        in: 'query',
        ...text('Only these, separated by commas.', DocumentStatus.optional()),
        example: 'indexed',
      },
      limit,
      cursor,
    ],
    responses: { 200: answers('A page.', DocumentPage, { items: [example.document], next: null, total: 1 }) },
    errors: ['invalid_request', 'invalid_cursor', 'unavailable'],
  },
  {
    id: 'getDocument',
    method: 'get',
    path: '/v1/documents/{document_id}',
    tag: 'documents',
    summary: 'One document and how far its indexing is',
    parameters: [documentId],
    responses: { 200: answers('The document.', DocumentView, example.document) },
    errors: ['document_not_found', 'unavailable'],
  },
  {
    id: 'deleteDocument',
    method: 'delete',
    path: '/v1/documents/{document_id}',
    tag: 'documents',
    summary: 'Delete a document and its passages',
    parameters: [documentId],
    responses: { 202: { description: 'Accepted: it is gone from searches in a moment.' } },
    errors: ['document_not_found', 'log_unavailable', 'unavailable'],
  },
  {
    id: 'search',
    method: 'post',
    path: '/v1/search',
    tag: 'documents',
    summary: 'Search the documents',
    parameters: [],
    request: { required: true, content: json(SearchInput, { query: 'How do I restart the consumer?', k: 4 }) },
    responses: { 200: answers('Best first.', SearchAnswer, { hits: [example.hit] }) },
    errors: [...bodyErrors, 'log_unavailable', 'unavailable', 'timeout'],
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
    responses: { 200: answers('OpenAPI 3.1.', z.looseObject({ openapi: z.string() }), { openapi: '3.1.0' }) },
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
        instance: 'gateway-1',
      }),
      503: answers('Not yet.', Readiness, {
        status: 'starting',
        checks: { registry: true, tail: true, projection: false },
        instance: 'gateway-1',
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
        content: { 'text/plain': { schema: z.string(), example: 'waybill_streams_open 3\n' } },
      },
    },
    errors: [],
  },
];

export const apiRoutes: readonly ApiRoute[] = [...taskRoutes, ...workflowRoutes, ...documentRoutes, ...serviceRoutes];
