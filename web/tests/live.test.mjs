// Subscriptions as clients of the ecosystem make them: graphql-ws over WebSocket, graphql-sse over HTTP.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import WebSocket from 'ws';
import { PATIENCE_MS, startDemo } from './demo.mjs';

const FEED = `subscription ($after: String) { activity(after: $after) { cursor node { type summary } } }`;
const PAGE = `{ activity(first: 100) { edges { cursor node { type summary } } } }`;
// The simulator keeps the chain busy all the while.
const EVENTS = 5;

let demo;
before(async () => (demo = await startDemo()));
after(() => demo?.stop());

const endpoint = () => new URL('/graphql', demo.url).href;
const headers = (token = demo.tokens[0]) => ({ Authorization: `Bearer ${token}` });

function overWebSocket(options) {
  return createWsClient({ url: endpoint().replace(/^http/, 'ws'), webSocketImpl: WebSocket, connectionParams: headers(), ...options });
}

for (const [name, connect] of [
  ['graphql-ws', overWebSocket],
  ['graphql-sse', () => createSseClient({ url: endpoint(), headers: headers() })],
]) {
  test(`${name} follows the feed, is cut off, and goes on after its last cursor`, { timeout: PATIENCE_MS }, async () => {
    const first = await listen(connect(), null);
    const second = await listen(connect(), first.at(-1).cursor);
    const told = [...first, ...second];
    assert.deepEqual(told, await pageOf(told), 'the feed as the query has it');
  });

  test(`${name} is answered a query`, { timeout: PATIENCE_MS }, async () => {
    const client = connect();
    for await (const { data, errors } of client.iterate({ query: '{ viewer { role } }' })) {
      assert.deepEqual({ data, errors }, { data: { viewer: { role: 'OWNER' } }, errors: undefined });
    }
    client.dispose();
  });
}

test('graphql-ws is told why it is refused', { timeout: PATIENCE_MS }, async () => {
  const client = overWebSocket({ connectionParams: headers('nonsense'), retryAttempts: 0 });
  await assert.rejects(client.iterate({ query: FEED }).next(), { code: 4403, reason: 'Forbidden' });
  await client.dispose();
});

test('graphql-ws tells its caller the errors of an operation, and goes on with others', { timeout: PATIENCE_MS }, async () => {
  const client = overWebSocket();
  await assert.rejects(client.iterate({ query: 'subscription { nothing }' }).next(), (errors) => {
    assert.equal(errors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
    return true;
  });
  const { value } = await client.iterate({ query: '{ __typename }' }).next();
  assert.equal(value.data.__typename, 'Query');
  await client.dispose();
});

/** The first events that a client is told of. */
async function listen(client, after) {
  const told = [];
  for await (const { data, errors } of client.iterate({ query: FEED, variables: { after } })) {
    assert.equal(errors, undefined);
    told.push(data.activity);
    if (told.length === EVENTS) break;
  }
  client.dispose();
  return told;
}

/** The part of the feed between the first and the last of these, by the query. */
async function pageOf(told) {
  const body = JSON.stringify({ query: PAGE });
  const answer = await fetch(endpoint(), { method: 'POST', headers: { ...headers(), 'Content-Type': 'application/json' }, body });
  const { data } = await answer.json();
  const edges = data.activity.edges.reverse();
  const place = (edge) => edges.findIndex(({ cursor }) => cursor === edge.cursor);
  return edges.slice(place(told[0]), place(told.at(-1)) + 1);
}
