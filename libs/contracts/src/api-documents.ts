/** The public shapes of documents, search, workflows, agents and the service itself. */
import { z } from 'zod';
import { Timestamp } from './api-tasks.ts';
import { Name, type NormalDefinition } from './definition.ts';
import { DocumentStatus, SearchHit } from './documents.ts';
import { Failure } from './errors.ts';
import { JsonObject } from './json.ts';
import { limits } from './limits.ts';

export const DocumentId = z.uuid({ version: 'v7' });
export const CollectionName = z
  .string()
  .max(limits.nameChars)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
    'must begin with a letter or digit and contain only letters, digits, dots, _ and -',
  );

/** RFC 9110, 8.3.1: type, subtype, and parameters in visible characters. */
const mediaType = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:\s*;[\x20-\x7e]*)?$/;

/** One of `text` and `base64`. `url` is refused: fetching needs an egress policy, which does not exist yet. */
export const DocumentSubmission = z.strictObject({
  name: z.string().min(1).max(512).describe('A file name; its extension tells the kind of document.'),
  text: z.string().optional(),
  base64: z.string().optional().meta({ contentEncoding: 'base64' }),
  url: z.string().optional().describe('Not accepted yet.'),
  media_type: z.string().max(128).regex(mediaType, 'must be a media type such as text/markdown').optional(),
  collection: CollectionName.optional().describe('`default` when absent.'),
  metadata: JsonObject.optional(),
});
export type DocumentSubmission = z.infer<typeof DocumentSubmission>;

/** As a form: the file is the document, the other fields as above (`metadata` is JSON text). */
export const DocumentForm = z.object({
  file: z.string().meta({ format: 'binary', contentMediaType: 'application/octet-stream' }),
  name: z.string().optional(),
  collection: CollectionName.optional(),
  metadata: z.string().optional(),
});

export const DocumentAnswer = z.object({
  document_id: DocumentId,
  status: DocumentStatus,
  links: z.object({ self: z.string() }),
});
export type DocumentAnswer = z.infer<typeof DocumentAnswer>;

export const DocumentView = z.object({
  document_id: DocumentId,
  name: z.string(),
  collection: z.string(),
  metadata: JsonObject,
  status: DocumentStatus,
  bytes: z.number().int(),
  media_type: z.string(),
  sha256: z.string(),
  chunks: z.number().int().nullable(),
  error: Failure.nullable(),
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type DocumentView = z.infer<typeof DocumentView>;
export const DocumentPage = z.object({
  items: z.array(DocumentView),
  next: z.string().nullable(),
  total: z.number().int(),
});
export type DocumentPage = z.infer<typeof DocumentPage>;

export const SearchAnswer = z.object({ hits: z.array(SearchHit) });
export type SearchAnswer = z.infer<typeof SearchAnswer>;

const NormalDefinitionView = z
  .custom<NormalDefinition>((value) => typeof value === 'object' && value !== null)
  .meta({
    type: 'object',
    description: 'The definition in normal form: every default filled in, durations in milliseconds.',
  });
export const WorkflowView = z.object({
  name: Name,
  version: z.number().int().min(1),
  hash: z.string(),
  description: z.string().nullable(),
  definition: NormalDefinitionView,
});
export type WorkflowView = z.infer<typeof WorkflowView>;
export const WorkflowSummary = z.object({
  name: Name,
  version: z.number().int().min(1),
  hash: z.string(),
  description: z.string().nullable(),
});
export type WorkflowSummary = z.infer<typeof WorkflowSummary>;
export const WorkflowPage = z.object({
  items: z.array(WorkflowSummary),
  next: z.string().nullable(),
  total: z.number().int(),
});
export type WorkflowPage = z.infer<typeof WorkflowPage>;

export const AgentView = z.object({
  name: z.string(),
  version: z.number().int(),
  description: z.string(),
  queue: z.string(),
  max_tokens: z.number().int().describe('The most tokens of one activation; 0: it calls no model.'),
  input_schema: JsonObject,
  output_schema: JsonObject,
});
export type AgentView = z.infer<typeof AgentView>;
export const AgentPage = z.object({ items: z.array(AgentView), next: z.string().nullable(), total: z.number().int() });
export type AgentPage = z.infer<typeof AgentPage>;

export const Health = z.object({ status: z.literal('ok') });
export const Readiness = z.object({
  status: z.enum(['ready', 'starting']),
  checks: z.record(z.string(), z.boolean()).describe('What has caught up with the log as it was at the start.'),
  instance: z.string(),
});
export type Readiness = z.infer<typeof Readiness>;
