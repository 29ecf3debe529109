/** What was applied was answered, by whom it was asked of. */
import { activationName, type Answers } from '../answers.ts';
import type { Invariant } from './invariant.ts';

export function appliedAnswers(answers: Answers): Invariant {
  return {
    promise: 'What is applied to an activation is an answer that an agent gave to that very activation.',
    onEvent(_planId, event) {
      switch (event.type) {
        case 'StepCompleted':
          return foreign(answers, activationName(event.data), event.data.output);
        case 'StepSuspended':
          return foreign(
            answers,
            activationName(event.data),
            event.data.calls.map(({ call }) => call),
          );
        case 'CallCompleted':
          return foreign(answers, `${activationName(event.data)}/${event.data.ordinal}`, event.data.observation);
        case 'CallFailed':
          return foreign(answers, `${activationName(event.data)}/${event.data.ordinal}`, event.data.error);
        case 'TaskAccepted':
        case 'PlanCreated':
        case 'StepDispatched':
        case 'StepRetryScheduled':
        case 'StepFailed':
        case 'TaskCompleted':
        case 'TaskFailed':
        case 'TaskCancelled':
          return undefined;
      }
    },
  };
}

const foreign = (answers: Answers, name: string, answer: unknown): string | undefined =>
  answers.has(name, answer) ? undefined : `${name} was given ${JSON.stringify(answer)}, which nobody answered to it`;
