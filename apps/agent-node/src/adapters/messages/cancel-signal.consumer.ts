/** Hears of cancelled plans, from the oldest signal on: before this node takes work it knows which plans are cancelled. */
import { Controller, Inject } from '@nestjs/common';
import { CancelSignal, topics, type IncomingMessage } from '@waybill/contracts';
import { Broadcast } from '@waybill/messaging';
import { RunningPlans } from '../../use-cases/running-plans.ts';

@Controller()
export class CancelSignalConsumer {
  constructor(@Inject(RunningPlans) private readonly plans: RunningPlans) {}

  @Broadcast({ topics: [topics.taskSignals], from: 'start', schema: CancelSignal })
  cancel(_message: IncomingMessage, signal: CancelSignal): void {
    this.plans.cancel(signal.plan_id);
  }
}
