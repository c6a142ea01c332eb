// The real server on an example chain, for tests from outside.
//
// RESELLER_NETWORK_BIN names the server's binary (built after `npm run build`).
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const PATIENCE_MS = 60_000;
const SERVER = process.env.RESELLER_NETWORK_BIN;
const ADDRESS = /http:\/\/\S+\/graphiql\b/;
const TOKEN = /eyJ[\w-]+\.[\w-]+\.[\w-]+/;

/** The demo on an empty folder: its address and the tokens that it printed, in their order. */
export async function startDemo() {
  assert.ok(SERVER, 'RESELLER_NETWORK_BIN must name the server’s binary');
  const folder = await mkdtemp(join(tmpdir(), 'reseller-network-web-'));
  const server = spawn(SERVER, ['demo', '--listen', '127.0.0.1:0', '--data-dir', folder, '--events-per-minute', '300'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve) => server.once('exit', resolve).once('error', resolve));
  // However this process ends, the server ends with it.
  const kill = () => server.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    server.kill('SIGTERM');
    const late = setTimeout(kill, 10_000);
    await ended;
    clearTimeout(late);
    process.off('exit', kill);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return { ...(await readGreeting(server, ended)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function readGreeting(server, ended) {
  const said = [];
  const hear = (line) => said.push(line);
  createInterface({ input: server.stderr }).on('line', hear);
  const lines = createInterface({ input: server.stdout }).on('line', hear);
  const complete = new Promise((resolve) => {
    lines.on('line', () => {
      const url = said.join('\n').match(ADDRESS)?.[0];
      const tokens = said.map((line) => line.match(TOKEN)?.[0]).filter(Boolean);
      if (url && tokens.length === 3) resolve({ url, tokens });
    });
  });
  let late;
  const failed = new Promise((_, reject) => {
    const fail = (why) => reject(new Error(`The demo ${why}. It said:\n${said.join('\n')}`));
    ended.then(() => fail('ended before it was ready'));
    late = setTimeout(() => fail('was not ready in time'), PATIENCE_MS);
  });
  try {
    return await Promise.race([complete, failed]);
  } finally {
    clearTimeout(late);
  }
}
