/** What a gateway says of itself when a test has failed: whether it answers, whether it reads what was written last, and how far its readers are. */
const patienceMs = 5_000;
const telling = /^waybill_(gateway_|http_requests_total\{.*status="5)/;

export async function stateOf(url: string): Promise<string> {
  const answers = await Promise.all(['/readyz', '/v1/tasks?limit=1', '/metrics'].map((path) => answerOf(url + path)));
  const said = answers.map(({ path, outcome }) => `${path} ${outcome}`).join('; ');
  const lines = answers
    .at(-1)!
    .body.split('\n')
    .filter((line) => telling.test(line));
  return `${url}: ${said}\n${lines.map((line) => line.replace('waybill_', '')).join('; ')}`;
}

async function answerOf(url: string): Promise<{ path: string; outcome: string; body: string }> {
  const { pathname: path } = new URL(url);
  const begun = performance.now();
  const told = (what: string): string => `${what} after ${Math.round(performance.now() - begun)} ms`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(patienceMs) });
    const body = await response.text();
    return { path, outcome: told(`${response.status}${response.ok ? '' : ` ${body}`}`), body };
  } catch (error) {
    return { path, outcome: told(String(error)), body: '' };
  }
}
