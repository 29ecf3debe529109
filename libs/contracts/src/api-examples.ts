/**
 * Values that the documentation shows and the tests send: one question to the agents that every platform has, over one document.
 * Promises: each matches its schema; a platform takes what is sent here and answers what is shown (`api-examples.spec.ts` of `apps/platform`).
 */
import type { DocumentView } from './api-documents.ts';
import type { StepView, TaskMetrics, TaskSummary, TaskView } from './api-tasks.ts';

const taskId = '01999f2e-6c00-7a3b-8f51-3d9c27e0a4b1';
const documentId = '01999f2e-6c00-7c11-9d42-50aa1b6e77f0';
const time = '2026-11-21T10:00:00.000Z';
const begun = '2026-11-21T10:00:00.125Z';
const later = '2026-11-21T10:00:02.125Z';
const name = 'runbook';
const question = 'How do I restart the consumer?';
const labels = { team: 'payments' };
const budget = { tokens: 20_000 };
const usage = { prompt_tokens: 19, completion_tokens: 17 };
const nothing = { prompt_tokens: 0, completion_tokens: 0 };
const model = 'simulated';

const documentSubmission = { name: 'runbook.md', text: '# Runbook\n\nRestart the consumer.', metadata: labels };
const document: DocumentView = {
  document_id: documentId,
  name: documentSubmission.name,
  collection: 'default',
  metadata: labels,
  status: 'indexed',
  bytes: 32,
  media_type: 'text/markdown',
  sha256: '957ab588eff7ad8e4a2ecfa2afdfd49ad3f50b00044ad998ccb31f09b96f37ce',
  chunks: 1,
  error: null,
  created_at: time,
  updated_at: later,
};
const place = { document_id: documentId, name: document.name, place: 'Runbook, line 3' };
const hit = { ...place, text: 'Restart the consumer.', score: 1 };

const description = 'Answers a question from the documents.';
const input = { type: 'object', required: ['question'], properties: { question: { type: 'string' } } };
const search = { agent: 'retriever', with: { query: '${{ input.question }}' } };
const answer = {
  agent: 'writer',
  needs: ['search'],
  with: { goal: '${{ input.question }}', passages: '${{ steps.search.output.passages }}' },
};
const output = '${{ steps.answer.output }}';
const definition = { name, version: 1, description, input, steps: { search, answer }, output };
const plannedSearch = {
  step_id: 'search',
  agent: search.agent,
  needs: [],
  payload: search.with,
  reason: 'It needs no other step, so it can start at once.',
};
const plannedAnswer = {
  step_id: 'answer',
  agent: answer.agent,
  needs: answer.needs,
  payload: answer.with,
  reason: 'It builds on search.',
};
const planned = [plannedSearch, plannedAnswer];
const hash = 'a74a528f36f793ee355104845328bf7bbe2a1eb8116aa01852c7c29cd274df49';
const workflow = {
  name,
  version: 1,
  hash,
  description,
  definition: {
    ...definition,
    steps: planned.map(({ payload, ...step }) => ({
      ...step,
      with: payload,
      retry: { max_attempts: 4, initial_ms: 500, factor: 2, max_ms: 30_000 },
      timeout_ms: 120_000,
    })),
  },
};
const agent = {
  name: 'echo',
  version: 1,
  description: 'Answers its input unchanged.',
  queue: 'agent.echo',
  max_tokens: 0,
  input_schema: { type: 'object' },
  output_schema: { type: 'object' },
};

const submission = { workflow: name, input: { question }, labels, budget };
const cancellation = { reason: 'No longer needed.' };
const links = {
  self: `/v1/tasks/${taskId}`,
  events: `/v1/tasks/${taskId}/events`,
  metrics: `/v1/tasks/${taskId}/metrics`,
  cancel: `/v1/tasks/${taskId}/cancel`,
};
const accepted = { task_id: taskId, plan_id: taskId, status: 'accepted', links };
const dryRun = { dry_run: true, name, version: 1, definition_hash: hash, plan: planned, output };
const found = { query: question, passages: [hit] };
const written = {
  answer: '- “Restart the consumer.” [1]\n\n**Sources**\n\n- [1] runbook.md, Runbook, line 3',
  citations: [{ n: 1, ...place, quote: 'Restart the consumer.' }],
};
const summary: TaskSummary = {
  task_id: taskId,
  plan_id: taskId,
  status: 'completed',
  goal: null,
  workflow: `${name}@1`,
  priority: 5,
  labels,
  created_at: time,
  updated_at: later,
  ended_at: later,
};
const searched = {
  ...plannedSearch,
  work_id: `${taskId}.1`,
  attempt: 1,
  status: 'completed' as const,
  output: found,
};
const answering = { ...plannedAnswer, work_id: `${taskId}.2`, attempt: 1 };
const task: TaskView = {
  ...summary,
  input: submission.input,
  deadline: null,
  budget,
  planner: 'definition',
  plan: [searched, { ...answering, status: 'completed', output: written }],
  output: written,
  usage: { ...usage, steps: 3 },
  error: null,
  links,
};
const runningTask: TaskView = {
  ...task,
  status: 'running',
  updated_at: begun,
  ended_at: null,
  plan: [searched, { ...answering, status: 'running' }],
  output: null,
  usage: { ...nothing, steps: 3 },
};
/** Of a step that was under way nobody knows what it has used: it counts as all that it might have. */
const cancelledTask: TaskView = {
  ...runningTask,
  status: 'cancelled',
  updated_at: later,
  ended_at: later,
  plan: [searched, { ...answering, status: 'cancelled' }],
  usage: { prompt_tokens: 12_000, completion_tokens: 0, steps: 3 },
  error: { class: 'cancelled', code: 'cancelled', detail: cancellation.reason },
};
const turn = { attempt: 1, action_name: 'finish', action_input: {}, token_usage: nothing };
const stepView: StepView = {
  task_id: taskId,
  ...searched,
  attempts: [{ attempt: 1, status: 'completed', started_at: time, ended_at: begun }],
  journal: [
    {
      ...turn,
      ordinal: 0,
      turn: 0,
      thought: 'Search the documents for the question.',
      action_name: 'knowledge.search',
      action_input: { query: question, k: 8 },
      observation: { hits: [hit] },
    },
    { ...turn, ordinal: 1, turn: 1, thought: null, observation: found },
  ],
  usage: nothing,
  model: null,
};
const searchSpent = { attempts: 1, latency_ms: 125, ...nothing };
const answerSpent = { attempts: 1, latency_ms: 2_000, ...usage };
const metrics: TaskMetrics = {
  task_id: taskId,
  status: 'completed',
  latency_ms: 2_125,
  events: 10,
  usage: task.usage,
  steps: [
    { step_id: 'search', agent: search.agent, model: null, status: 'completed', ...searchSpent },
    { step_id: 'answer', agent: answer.agent, model, status: 'completed', ...answerSpent },
  ],
  by_agent: [
    { agent: search.agent, steps: 1, ...searchSpent },
    { agent: answer.agent, steps: 1, ...answerSpent },
  ],
  by_model: [{ model, steps: 1, ...answerSpent }],
};
const firstEvent = {
  seq: 1,
  type: 'TaskAccepted',
  time,
  data: { input: submission.input, priority: 5, labels, budget, workflow: summary.workflow },
};
const lastEvent = { seq: 10, type: 'TaskCompleted', time: later, data: { output: written, usage: task.usage } };

export const apiExamples = {
  accepted,
  agent,
  cancellation,
  cancelledTask,
  definition,
  document,
  documentId,
  documentSubmission,
  dryRun,
  firstEvent,
  hit,
  lastEvent,
  metrics,
  question,
  runningTask,
  stepView,
  submission,
  summary,
  task,
  taskId,
  workflow,
};
