/** Works out what the passages say about the goal, part by part, and what they leave open. */
import { z } from 'zod';
import { defineAgent } from '../define-agent.ts';
import { Analysis, parseAnalysis } from '../passages/analysis.ts';
import { fitPassages, Passages } from '../passages/passage.ts';

export const analyzer = defineAgent({
  name: 'analyzer',
  description: 'Works out which passage answers which part of a question, and what is missing.',
  maxTokens: 12_000,
  input: z.object({ goal: z.string().min(1), passages: Passages }),
  output: Analysis,
  activate: async ({ input, maxTokens, signal }, { model, onToken }) => {
    const passages = fitPassages(input.passages, maxTokens);
    const request = { task: 'analyze', instructions: '', prompt: input.goal, passages, maxTokens } as const;
    const { text } = await model.stream(request, { signal, onToken });
    const output = parseAnalysis(text, passages);
    return { status: 'completed', output, thought: output.summary };
  },
});
