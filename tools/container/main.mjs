/** What a container runs: the service that its command names. */
import { leaveOutWebSocket } from '../bootstrap/lean-http.mjs';

const services = ['gateway', 'orchestrator', 'agent-node', 'rag-indexer', 'platform'];
const [name = '', ...args] = process.argv.slice(2);
if (services.includes(name)) {
  process.argv.splice(2, 1);
  if (name === 'platform' && args.length === 0) process.argv.push('--no-sample');
  leaveOutWebSocket();
  await import(`../../apps/${name}/dist/main.js`);
} else {
  console.error(`waybill: "${name}" is no service; there are ${services.join(', ')}.`);
  process.exitCode = 2;
}
