/** Values that the documentation shows and the tests send; each is checked against its schema. */
import type { DocumentView } from './api-documents.ts';
import type { StepView, TaskMetrics, TaskView } from './api-tasks.ts';

const taskId = '01999f2e-6c00-7a3b-8f51-3d9c27e0a4b1';
const documentId = '01999f2e-6c00-7c11-9d42-50aa1b6e77f0';
const workId = `${taskId}:answer`;
const time = '2026-11-21T10:00:00.000Z';
const later = '2026-11-21T10:00:02.125Z';
const usage = { prompt_tokens: 412, completion_tokens: 96 };
const links = {
  self: `/v1/tasks/${taskId}`,
  events: `/v1/tasks/${taskId}/events`,
  metrics: `/v1/tasks/${taskId}/metrics`,
  cancel: `/v1/tasks/${taskId}/cancel`,
};
const step = {
  step_id: 'answer',
  work_id: workId,
  agent: 'writer',
  needs: [],
  payload: { focus: 'risks' },
  reason: 'Declared in the definition.',
  status: 'completed' as const,
  attempt: 1,
  output: { text: 'Two risks were found.' },
};
const summary = {
  task_id: taskId,
  plan_id: taskId,
  status: 'completed' as const,
  goal: null,
  workflow: 'review@1',
  priority: 5,
  labels: { team: 'payments' },
  created_at: time,
  updated_at: later,
  ended_at: later,
};
const task: TaskView = {
  ...summary,
  input: { code: 'let x = 1' },
  deadline: null,
  budget: { tokens: 20_000 },
  planner: 'definition',
  plan: [step],
  output: { text: 'Two risks were found.' },
  usage: { ...usage, steps: 1 },
  error: null,
  links,
};
const stepView: StepView = {
  task_id: taskId,
  ...step,
  attempts: [{ attempt: 1, status: 'completed', started_at: time, ended_at: later }],
  journal: [
    {
      ordinal: 0,
      attempt: 1,
      turn: 0,
      thought: 'The documents may say something about it.',
      action_name: 'knowledge.search',
      action_input: { query: 'known risks', k: 4 },
      observation: { hits: [] },
      token_usage: { prompt_tokens: 200, completion_tokens: 40 },
    },
  ],
  usage,
  model: 'gpt-4o-mini',
};
const spent = { attempts: 1, latency_ms: 2_000, ...usage };
const metrics: TaskMetrics = {
  task_id: taskId,
  status: 'completed',
  latency_ms: 2_125,
  events: 5,
  usage: { ...usage, steps: 1 },
  steps: [{ step_id: 'answer', agent: 'writer', model: 'gpt-4o-mini', status: 'completed', ...spent }],
  by_agent: [{ agent: 'writer', steps: 1, ...spent }],
  by_model: [{ model: 'gpt-4o-mini', steps: 1, ...spent }],
};
const document: DocumentView = {
  document_id: documentId,
  name: 'runbook.md',
  collection: 'default',
  metadata: { team: 'payments' },
  status: 'indexed',
  bytes: 22,
  media_type: 'text/markdown',
  sha256: 'c3ab8ff13720e8ad9047dd39466b3c8974e592c2fa383d4a3960714caef0c4f2',
  chunks: 1,
  error: null,
  created_at: time,
  updated_at: later,
};
const definition = {
  name: 'review',
  version: 1,
  description: 'Reads code and names its risks.',
  input: { type: 'object', required: ['code'], properties: { code: { type: 'string' } } },
  steps: { answer: { agent: 'writer', with: { focus: 'risks', code: '${{ input.code }}' } } },
  output: '${{ steps.answer.output }}',
};
const normalDefinition = {
  name: 'review',
  version: 1,
  description: 'Reads code and names its risks.',
  input: definition.input,
  steps: [
    {
      step_id: 'answer',
      agent: 'writer',
      needs: [],
      with: { focus: 'risks', code: '${{ input.code }}' },
      retry: { max_attempts: 4, initial_ms: 500, factor: 2, max_ms: 30_000 },
      timeout_ms: 120_000,
      reason: 'Declared in the definition.',
    },
  ],
  output: '${{ steps.answer.output }}',
};
const hash = '0f343b0931126a20f133d67c2b018a3b1d1c2a0cf6f0f3f5a0e5a6c8cf2e6b11';
const workflow = {
  name: 'review',
  version: 1,
  hash,
  description: 'Reads code and names its risks.',
  definition: normalDefinition,
};
const agent = {
  name: 'writer',
  version: 1,
  description: 'Writes the answer from what the steps before it found.',
  queue: 'agent.writer',
  max_tokens: 2_000,
  input_schema: { type: 'object' },
  output_schema: { type: 'object' },
};
const event = {
  seq: 1,
  type: 'TaskAccepted',
  time,
  data: { workflow: 'review@1', input: { code: 'let x = 1' }, priority: 5, labels: {}, budget: {} },
};
const accepted = { task_id: taskId, plan_id: taskId, status: 'accepted', links };
const dryRun = {
  dry_run: true,
  name: 'review',
  version: 1,
  definition_hash: hash,
  plan: [
    {
      step_id: 'answer',
      agent: 'writer',
      needs: [],
      payload: { focus: 'risks' },
      reason: 'Declared in the definition.',
    },
  ],
  output: '${{ steps.answer.output }}',
};
const hit = {
  document_id: documentId,
  name: 'runbook.md',
  text: 'Restart the consumer.',
  score: 0.82,
  place: 'Runbook, line 1',
};

export const apiExamples = {
  accepted,
  agent,
  definition,
  document,
  documentId,
  dryRun,
  event,
  hit,
  metrics,
  stepView,
  summary,
  task,
  taskId,
  time,
  workflow,
};
