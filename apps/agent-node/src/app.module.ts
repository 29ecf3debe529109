/** Composition root of the agent node: binds its use cases to the ports it is given. */
import { Module, type DynamicModule } from '@nestjs/common';
import { AgentWorkConsumer } from './adapters/messages/agent-work.consumer.ts';
import { CancelSignalConsumer } from './adapters/messages/cancel-signal.consumer.ts';
import { ReportPoisoned } from './use-cases/report-poisoned.ts';
import { RunActivation, type RunActivationPorts } from './use-cases/run-activation.ts';
import { RunningPlans } from './use-cases/running-plans.ts';

@Module({})
export class AgentNodeModule {
  static register(ports: RunActivationPorts): DynamicModule {
    return {
      module: AgentNodeModule,
      controllers: [AgentWorkConsumer, CancelSignalConsumer],
      providers: [
        { provide: RunningPlans, useValue: ports.plans },
        { provide: RunActivation, useFactory: () => new RunActivation(ports) },
        { provide: ReportPoisoned, useFactory: () => new ReportPoisoned(ports.log, ports.clock) },
      ],
    };
  }
}
