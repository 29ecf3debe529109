export {
  AgentPage,
  AgentView,
  CollectionName,
  DocumentAnswer,
  DocumentId,
  DocumentPage,
  DocumentSubmission,
  DocumentView,
  Readiness,
  SearchAnswer,
  WorkflowPage,
  WorkflowSummary,
  WorkflowView,
} from './api-documents.ts';
export { openApiDocument } from './api-openapi.ts';
export { Problem, problemStatus, problemTitle, problemType } from './api-problem.ts';
export type { ApiMethod, ApiParameter, ApiRoute } from './api-route.ts';
export { apiRoutes } from './api-routes.ts';
export {
  CancelRequest,
  DryRunAnswer,
  endedStatuses,
  EventPage,
  Labels,
  RunTask,
  StepView,
  TaskAnswer,
  TaskMetrics,
  TaskPage,
  TaskStatus,
  TaskSubmission,
  TaskSubmissionHead,
  TaskSummary,
  TaskView,
  taskStatuses,
  TokenFrame,
  WorkflowReference,
  type ApiEvent,
  type PlanStepView,
  type StepStatus,
  type TaskUsage,
} from './api-tasks.ts';
export { canonicalJson } from './canonical.ts';
export { decodeMessage, encodeMessage, messageText, ownerOf, type MessageAddress, type MessageMeta } from './codec.ts';
export {
  Duration,
  Name,
  Retry,
  retryDefaults,
  StepDefinition,
  stepTimeoutDefaultMs,
  WorkflowDefinition,
  type NormalDefinition,
  type NormalStep,
  type RetryPolicy,
} from './definition.ts';
export {
  ClaimCheck,
  DeleteDocument,
  DocumentEvent,
  DocumentRequest,
  DocumentStatus,
  documentStatuses,
  IngestDocument,
  originalKey,
  originalOf,
  SearchHit,
  SearchInput,
} from './documents.ts';
export {
  ErrorClass,
  errorCatalogue,
  errorClasses,
  errorCodes,
  Failure,
  failureOf,
  PlatformError,
  type ErrorCode,
  type PlatformErrorOptions,
} from './errors.ts';
export {
  PlanEvent,
  planEventTypes,
  PlannedStep,
  terminalEventTypes,
  type PlanEventData,
  type PlanEventType,
  type PlanFact,
} from './events.ts';
export { foreignGlue } from './foreign-glue.ts';
export { forbiddenKeys, isText, Json, JsonObject, recordable } from './json.ts';
export { limits } from './limits.ts';
export {
  defaultOwner,
  messageType,
  typeName,
  type Envelope,
  type IncomingMessage,
  type MessageHeaders,
  type OutgoingMessage,
  type WhoseData,
} from './message.ts';
export { plainIssue, type PlainIssue } from './plain-issue.ts';
export { AgentEntry, RegistryEntry, registryKey, WorkflowEntry } from './registry.ts';
export { AgentCard, Budget, CancelTask, ReplyTo, SubmitTask, TaskRequest, Verdict } from './requests.ts';
export { sentenceStarts } from './sentence-starts.ts';
export {
  agentQueue,
  deadLetterTopic,
  isQueue,
  maxWorkAgeMs,
  searchQueue,
  topics,
  topicSpec,
  topicSpecs,
  workTopic,
  type TopicClass,
  type TopicSpec,
} from './topics.ts';
export { hasUnspaced, isGlue, spaced, subjectOf } from './unspaced.ts';
export {
  ActivationResult,
  AgentWork,
  Call,
  CallOutcome,
  CallResult,
  CancelSignal,
  JournalEntry,
  mostTokens,
  ModelCall,
  Outcome,
  SearchReply,
  SearchWork,
  TaskResult,
  TokenChunk,
  Usage,
} from './work.ts';
