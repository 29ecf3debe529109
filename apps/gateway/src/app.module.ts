/** Composition root: the only file that binds ports to adapters. */
import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { partitionOf, type Clock, type MessageLog } from '@waybill/messaging';
import type { ObjectStore } from '@waybill/storage';
import { DocumentsController } from './adapters/http/documents.controller.ts';
import { EventsController } from './adapters/http/events.controller.ts';
import { ServiceController, type ServiceStatus } from './adapters/http/service.controller.ts';
import { TasksController } from './adapters/http/tasks.controller.ts';
import { REGISTRY, SERVICE_STATUS } from './adapters/http/tokens.ts';
import { WorkflowsController } from './adapters/http/workflows.controller.ts';
import { ALARMS, type Alarms } from './adapters/messages/alarms.ts';
import { LiveTailConsumer } from './adapters/messages/live-tail.consumer.ts';
import { ReadModelProjection } from './adapters/messages/read-model.projection.ts';
import { RegistryConsumer } from './adapters/messages/registry.consumer.ts';
import { RegistryCopy } from './adapters/messages/registry-copy.ts';
import { ReplyConsumer } from './adapters/messages/reply.consumer.ts';
import { ReplyInbox } from './adapters/messages/reply-inbox.ts';
import { CfworkerSchemas } from './adapters/json-schema/cfworker-schemas.ts';
import { nodeCrypto } from './adapters/node/node-crypto.ts';
import { ReadModelWriter } from './adapters/typeorm/read-model-writer.ts';
import type { GatewayConfig } from './config.ts';
import { LiveTasks } from './domain/live-tasks.ts';
import type { KeyStore } from './ports/key-store.ts';
import type { LogPositions } from './ports/log-positions.ts';
import type { ReadModel } from './ports/read-model.ts';
import { AddDocument } from './use-cases/add-document.ts';
import { CancelTask } from './use-cases/cancel-task.ts';
import { FollowTask } from './use-cases/follow-task.ts';
import { FreshReads } from './use-cases/fresh-reads.ts';
import { PutWorkflow } from './use-cases/put-workflow.ts';
import { ReadDocuments } from './use-cases/read-documents.ts';
import { ReadTasks } from './use-cases/read-tasks.ts';
import { ResolveWorkflow } from './use-cases/resolve-workflow.ts';
import { SearchDocuments } from './use-cases/search-documents.ts';
import { SubmitTask } from './use-cases/submit-task.ts';
import type { WithdrawClaims } from './use-cases/withdraw-claims.ts';

export interface GatewayPorts {
  readonly log: MessageLog;
  readonly objects: ObjectStore;
  readonly clock: Clock;
  readonly config: GatewayConfig;
  readonly live: LiveTasks;
  readonly keys: KeyStore;
  readonly model: ReadModel;
  readonly writer: ReadModelWriter;
  /** Of the read model. */
  readonly projection: LogPositions;
  readonly tail: LogPositions;
  readonly registry: RegistryCopy;
  readonly claims: WithdrawClaims;
  readonly replies: ReplyInbox;
  readonly alarms: Alarms;
  readonly status: ServiceStatus;
}

const routes = [TasksController, EventsController, WorkflowsController, DocumentsController, ServiceController];
const readers = [LiveTailConsumer, RegistryConsumer, ReplyConsumer, ReadModelProjection];

@Module({})
export class GatewayModule {
  static register(ports: GatewayPorts): DynamicModule {
    return {
      module: GatewayModule,
      controllers: [...routes, ...readers],
      providers: [...readerProvidersOf(ports), ...providersOf(ports)],
      exports: [FollowTask],
    };
  }
}

/** What the handlers of the log feed. */
const readerProvidersOf = ({ live, writer, registry, replies, alarms }: GatewayPorts): Provider[] => [
  { provide: LiveTasks, useValue: live },
  { provide: ReadModelWriter, useValue: writer },
  { provide: RegistryCopy, useValue: registry },
  { provide: ReplyInbox, useValue: replies },
  { provide: ALARMS, useValue: alarms },
];

function providersOf(ports: GatewayPorts): Provider[] {
  const { config } = ports;
  const all = { ...ports, crypto: nodeCrypto, schemas: new CfworkerSchemas() };
  const fresh = new FreshReads({ ...ports, reader: ports.projection, patienceMs: config.freshMs });
  const reads = new ReadTasks(ports.live, ports.model, fresh, ports.clock);
  const workflows = new ResolveWorkflow(ports.registry, all.schemas, all.crypto);
  return [
    { provide: REGISTRY, useValue: ports.registry },
    { provide: SERVICE_STATUS, useValue: ports.status },
    { provide: ReadTasks, useValue: reads },
    { provide: SubmitTask, useFactory: () => new SubmitTask({ ...all, workflows, fresh }) },
    {
      provide: FollowTask,
      useFactory: () => new FollowTask({ ...all, ...ports.alarms, ...config, reads, fresh, partitionOf }),
    },
    { provide: CancelTask, useFactory: () => new CancelTask({ ...all, reads, verdictMs: config.verdictMs }) },
    { provide: PutWorkflow, useFactory: () => new PutWorkflow({ ...all, workflows, partitionOf }) },
    { provide: AddDocument, useFactory: () => new AddDocument({ ...all, fresh }) },
    { provide: ReadDocuments, useFactory: () => new ReadDocuments({ ...all, fresh }) },
    { provide: SearchDocuments, useFactory: () => new SearchDocuments({ ...all, answerMs: config.searchMs }) },
  ];
}
