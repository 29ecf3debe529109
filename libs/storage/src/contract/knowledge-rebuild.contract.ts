/** What every KnowledgeIndex promises to whoever rebuilds it. Part of its contract suite. */
import { expect, it } from 'vitest';
import type { KnowledgeIndex } from '../knowledge-index.ts';
import { contractDocument, contractVector } from './knowledge-documents.ts';

const whales = 'Blue whales eat krill and sing for hours.';

export function knowledgeRebuildContract(current: () => KnowledgeIndex): void {
  const found = async (index: KnowledgeIndex): Promise<string[]> => {
    const query = { tenant: 'acme', text: 'whales krill', vector: contractVector('whales krill'), k: 8 };
    return (await index.search(query)).map(({ documentId }) => documentId).toSorted();
  };

  it('says its highest revision over all tenants, of removed documents too', async () => {
    const index = current();
    expect(await index.survey()).toEqual({ highestRevision: undefined, isBeingRebuilt: false });
    await index.replace(contractDocument([whales], { revision: 4 }));
    expect(await index.survey()).toEqual({ highestRevision: 4, isBeingRebuilt: false });
    await index.remove('other', 'd2', 7);
    expect(await index.survey()).toEqual({ highestRevision: 7, isBeingRebuilt: false });
    await index.replace(contractDocument([whales], { revision: 5 }));
    expect(await index.survey()).toEqual({ highestRevision: 7, isBeingRebuilt: false });
  });

  it('names the documents from a revision on, the newest first', async () => {
    const index = current();
    await index.replace(contractDocument([whales], { revision: 4 }));
    await index.replace(contractDocument([whales], { revision: 5, documentId: 'd2' }));
    await index.remove('other', 'd3', 9);
    expect(await index.knownFrom(5)).toEqual([
      { tenant: 'other', documentId: 'd3', revision: 9 },
      { tenant: 'acme', documentId: 'd2', revision: 5 },
    ]);
    expect(await index.knownFrom(10)).toEqual([]);
  });

  it('is being rebuilt from the beginning to the end of it, and keeps what it holds', async () => {
    const index = current();
    await index.replace(contractDocument([whales], { revision: 4 }));
    for (let time = 0; time < 2; time += 1) await index.beginRebuild();
    expect(await index.survey()).toEqual({ highestRevision: 4, isBeingRebuilt: true });
    expect(await found(index)).toEqual(['d1']);
    for (let time = 0; time < 2; time += 1) await index.endRebuild();
    expect(await index.survey()).toEqual({ highestRevision: 4, isBeingRebuilt: false });
  });

  it('forgets everything with a document of another log, so that lower revisions count again', async () => {
    const index = current();
    await index.replace(contractDocument([whales], { revision: 4 }));
    await index.replace(contractDocument([whales], { revision: 9, documentId: 'd2', tenant: 'other' }));
    await index.beginRebuild({ tenant: 'other', documentId: 'd2', revision: 9 });
    expect(await index.survey()).toEqual({ highestRevision: undefined, isBeingRebuilt: true });
    expect(await index.state('acme', 'd1')).toBeUndefined();
    expect(await found(index)).toEqual([]);
    await index.replace(contractDocument([whales], { revision: 1 }));
    expect(await found(index)).toEqual(['d1']);
  });

  it('keeps what another has put back, when the document of another log is gone or is a newer one', async () => {
    const index = current();
    const foreign = { tenant: 'acme', documentId: 'd1', revision: 9 };
    await index.replace(contractDocument([whales], { documentId: 'd2' }));
    await index.beginRebuild(foreign);
    await index.replace(contractDocument([whales], { revision: 3 }));
    await index.beginRebuild(foreign);
    expect(await found(index)).toEqual(['d1', 'd2']);
  });

  it('takes a revision below every offset', async () => {
    const index = current();
    await index.replace(contractDocument([whales], { revision: -1 }));
    expect(await index.survey()).toEqual({ highestRevision: -1, isBeingRebuilt: false });
    await index.remove('acme', 'd1', 0);
    expect(await found(index)).toEqual([]);
  });
}
