/**
 * What agents and searches answer to the work of one seed's tasks, and how long they take. As in the simulator it is chance, but chance of its own for each
 * activation and call: the same work has the same answer whenever and wherever it is done.
 */
import { createHash } from 'node:crypto';
import { AgentWork, SearchWork, type TaskResult } from '@waybill/contracts';
import { agentOutcome, resultOf, SeededRandom, searchOutcome, type FaultKind, type Whim } from '@waybill/testing';

export interface PlannedAnswer {
  /** The activation or call that it is for. */
  readonly name: string;
  readonly taskId: string;
  readonly stepId: string;
  /** In order: only the first can be applied. Empty: nobody ever answers. */
  readonly results: readonly TaskResult[];
  /** When it comes. */
  readonly at: number;
}

/** More than in most worlds of the simulator, where the same task meets many other faults. */
const probability: Partial<Record<FaultKind, number>> = {
  'no answer': 0.04,
  'late result': 0.05,
  'second answer': 0.15,
  'result sent twice': 0.15,
  'transient failure': 0.15,
  'permanent failure': 0.03,
  'search fails': 0.15,
};

export class SeededAnswers {
  /** `idSuffix`: the part of the tasks' ids that is not the seed's. */
  constructor(
    private readonly seed: number,
    private readonly idSuffix: string,
  ) {}

  to(body: unknown, now: number): PlannedAnswer | undefined {
    const work = AgentWork.safeParse(body);
    return work.success ? this.ofAgent(work.data, now) : this.ofSearch(SearchWork.parse(body), now);
  }

  private ofAgent(work: AgentWork, now: number): PlannedAnswer {
    const name = `${work.work_id}/${work.epoch}/${work.turn}`;
    const whim = this.whimFor(name);
    return this.planned(work, { name, now, whim, answer: () => resultOf(work, agentOutcome(work, whim)) });
  }

  /** Nothing to a search that no step asks for. */
  private ofSearch(work: SearchWork, now: number): PlannedAnswer | undefined {
    const { call, not_after } = work;
    if (!call) return undefined;
    const name = `${call.work_id}/${call.epoch}/${call.turn}/${call.ordinal}`;
    const whim = this.whimFor(name);
    const answer = (): TaskResult => ({ type: 'CallResult', ...call, outcome: searchOutcome(work, whim) });
    return this.planned({ ...call, not_after }, { name, now, whim, answer });
  }

  private planned(
    { plan_id: taskId, step_id: stepId, not_after }: Pick<AgentWork, 'plan_id' | 'step_id' | 'not_after'>,
    { name, now, whim, answer }: { name: string; now: number; whim: Whim; answer: () => TaskResult },
  ): PlannedAnswer {
    const { random } = whim;
    const isSilent = whim.hits('no answer');
    const at = whim.hits('late result') ? not_after + random.int(1, 300) : now + random.int(0, 250);
    const first = answer();
    const results = [first];
    if (whim.hits('result sent twice')) results.push(first);
    if (whim.hits('second answer')) results.push(answer());
    return { name, taskId, stepId, results: isSilent ? [] : results, at };
  }

  private whimFor(name: string): Whim {
    const text = `${this.seed} ${name.replace(this.idSuffix, '')}`;
    const random = new SeededRandom(createHash('sha256').update(text).digest().readUInt32BE());
    let answers = 0;
    return {
      random,
      hits: (kind) => random.chance(probability[kind] ?? 0),
      nextAnswer: () => (answers += 1),
    };
  }
}
