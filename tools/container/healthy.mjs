/** Of a container: whether its service does its work. Gateway and platform answer on PORT, the other services on METRICS_PORT. */
const port = process.env['METRICS_PORT'] || process.env['PORT'] || '3000';
const isReady = await fetch(`http://127.0.0.1:${port}/readyz`).then(
  ({ ok }) => ok,
  () => false,
);
process.exitCode = isReady ? 0 : 1;
