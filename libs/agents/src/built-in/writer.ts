/** Writes the answer to the goal with citations, and streams it while it is written. */
import { z } from 'zod';
import { defineAgent } from '../define-agent.ts';
import { Analysis, notesOf } from '../passages/analysis.ts';
import { Citation, citedAnswer } from '../passages/citations.ts';
import { fitPassages, Passages } from '../passages/passage.ts';

export const writer = defineAgent({
  name: 'writer',
  description: 'Writes the answer to a question in Markdown, quoting the passages that support it.',
  maxTokens: 12_000,
  input: z.object({
    goal: z.string().min(1),
    passages: Passages,
    analysis: z.union([z.string(), Analysis.partial()]).nullish(),
  }),
  output: z.object({
    answer: z.string().describe('Markdown with citations such as [1].'),
    citations: z.array(Citation),
  }),
  activate: async ({ input, maxTokens, signal }, { model, onToken }) => {
    const passages = fitPassages(input.passages, maxTokens);
    const notes = notesOf(input.analysis);
    const request = { task: 'write', instructions: '', prompt: input.goal, passages, maxTokens } as const;
    const { text } = await model.stream(notes === undefined ? request : { ...request, notes }, { signal, onToken });
    const { answer, citations, added } = citedAnswer(text, passages);
    if (added !== '') onToken(added);
    return { status: 'completed', output: { answer, citations } };
  },
});
