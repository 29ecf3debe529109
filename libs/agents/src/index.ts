export { agentEntry } from './agent-entry.ts';
export { completed, failed, failedWith, suspended, type Activation, type Agent, type AgentContext } from './agent.ts';
export { analyzer } from './built-in/analyzer.ts';
export { echo } from './built-in/echo.ts';
export { retriever } from './built-in/retriever.ts';
export { writer } from './built-in/writer.ts';
export { defineAgent, type AgentDefinition, type Step } from './define-agent.ts';
export { builtInAgents } from './built-in/all.ts';
