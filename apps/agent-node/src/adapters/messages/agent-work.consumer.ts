/** Feeds work of this node's agents to the use case, many at once, out of order. The use case answers repeated work, so nothing is remembered here. */
import { Controller, Inject } from '@nestjs/common';
import { AgentWork } from '@waybill/contracts';
import { DeadLettered, WorkQueue, type DeadLetter, type Work } from '@waybill/messaging';
import { ReportPoisoned } from '../../use-cases/report-poisoned.ts';
import { RunActivation } from '../../use-cases/run-activation.ts';

@Controller()
export class AgentWorkConsumer {
  constructor(
    @Inject(RunActivation) private readonly activation: RunActivation,
    @Inject(ReportPoisoned) private readonly poisoned: ReportPoisoned,
  ) {}

  @WorkQueue({ queues: 'agents', schema: AgentWork, remembered: 0, together: true })
  run(work: readonly Work<AgentWork>[]): void {
    for (const one of work) one.settle(this.activation.execute(one.message, one.body));
  }

  @DeadLettered()
  report(dead: DeadLetter): Promise<void> {
    return this.poisoned.execute(dead);
  }
}
