/** The agents that every node offers. */
import type { Agent } from '../agent.ts';
import { analyzer } from './analyzer.ts';
import { echo } from './echo.ts';
import { retriever } from './retriever.ts';
import { writer } from './writer.ts';

export const builtInAgents: readonly Agent[] = [echo, retriever, analyzer, writer];
