/** The routes of documents and search. */
import { z } from 'zod';
import {
  CollectionName,
  DocumentAnswer,
  DocumentForm,
  DocumentPage,
  DocumentSubmission,
  DocumentView,
  SearchAnswer,
} from './api-documents.ts';
import { apiExamples as example } from './api-examples.ts';
import { answers, bodyErrors, json, logErrors, replayed, text, type ApiParameter, type ApiRoute } from './api-route.ts';
import { cursor, idempotencyKey, limit } from './api-routes-tasks.ts';
import { DocumentStatus, SearchInput } from './documents.ts';

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

export const documentRoutes: readonly ApiRoute[] = [
  {
    id: 'addDocument',
    method: 'post',
    path: '/v1/documents',
    tag: 'documents',
    summary: 'Add a document to the knowledge of the agents',
    parameters: [idempotencyKey('runbook-1')],
    request: {
      required: true,
      content: {
        ...json(DocumentSubmission, example.documentSubmission),
        'multipart/form-data': {
          schema: DocumentForm,
          example: { file: example.documentSubmission.text, name: 'runbook.md', collection: 'default' },
        },
      },
    },
    responses: {
      202: answers('Stored; indexing follows.', DocumentAnswer, queued, {
        Location: 'Where the document is.',
        ...replayed,
      }),
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
        ...text('Only these.', z.array(DocumentStatus).optional()),
        list: 'commas',
        example: ['indexed'],
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
    errors: [...bodyErrors, 'document_not_found', 'log_unavailable', 'unavailable'],
  },
  {
    id: 'search',
    method: 'post',
    path: '/v1/search',
    tag: 'documents',
    summary: 'Search the documents',
    parameters: [],
    request: { required: true, content: json(SearchInput, { query: example.question, k: 4 }) },
    responses: { 200: answers('Best first.', SearchAnswer, { hits: [example.hit] }) },
    errors: [...bodyErrors, 'log_unavailable', 'unavailable', 'timeout'],
  },
];
