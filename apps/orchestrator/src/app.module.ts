/** Composition root of the orchestrator: binds its use cases to the ports it is given. */
import { Module, type DynamicModule } from '@nestjs/common';
import type { LogTransport } from '@waybill/messaging';
import { PlanCommandConsumer } from './adapters/messages/plan-command.consumer.ts';
import { AdvancePlans } from './use-cases/advance-plans.ts';
import type { OrchestratorPorts } from './use-cases/ports.ts';

@Module({})
export class OrchestratorModule {
  static register(ports: OrchestratorPorts, transport: LogTransport): DynamicModule {
    return {
      module: OrchestratorModule,
      controllers: [PlanCommandConsumer],
      providers: [
        { provide: AdvancePlans, useFactory: () => new AdvancePlans(ports, (partition) => transport.wake(partition)) },
      ],
    };
  }
}
