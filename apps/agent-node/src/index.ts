export { AgentNodeModule } from './app.module.ts';
export { AgentNodeConfig } from './config.ts';
export { startAgentNode, type AgentNodeOptions, type RunningAgentNode } from './start-agent-node.ts';
