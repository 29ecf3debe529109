/**
 * What one owner of a partition commits, one after another.
 * Promises: each commit names itself and moves the fence; after an unknown outcome the id of the partition's last commit decides.
 */
import { PlatformError } from '@waybill/contracts';
import type { Fence, PlanCommit, PlanStore } from '@waybill/storage';

export class FencedCommits {
  private count = 0;

  constructor(
    private fence: Fence,
    private readonly store: PlanStore,
    private readonly instanceId: string,
  ) {}

  async commit(content: Omit<PlanCommit, 'fence' | 'commitId'>): Promise<void> {
    const { fence } = this;
    const commitId = `${this.instanceId}/${fence.partition}/${fence.ownerEpoch}/${(this.count += 1)}`;
    this.fence = await this.commitKnown({ fence, commitId, ...content });
  }

  private async commitKnown(commit: PlanCommit): Promise<Fence> {
    const { fence, commitId } = commit;
    try {
      return await this.store.commit(commit);
    } catch (error) {
      if (!(error instanceof PlatformError) || error.code !== 'commit_unknown') throw error;
      if ((await this.store.lastCommitId(fence.partition)) !== commitId) throw error;
      return { ...fence, version: fence.version + 1 };
    }
  }
}
