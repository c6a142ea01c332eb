import { getOperationAST, parse } from 'graphql';
import { createClient } from 'graphql-ws';
import { headersOf } from './credentials.js';

const ENDPOINT = '/graphql';
const WHO_AM_I = 'query WhoAmI { viewer { email role reseller { name } } }';
const REFUSALS = new Set(['UNAUTHENTICATED', 'FORBIDDEN']);

/**
 * Where a person stands with the server: `absent` (no token), `checking`, `accepted` (with the `viewer`),
 * `refused` or `unreachable` (both with a `message` to show).
 */
export const ABSENT = { kind: 'absent' };
export const CHECKING = { kind: 'checking' };

/** Asks the server whom it takes the credentials for. */
export async function whoAmI(credentials, signal) {
  try {
    const answer = await post({ query: WHO_AM_I }, headersOf(credentials), signal);
    const viewer = answer.body.data?.viewer;
    if (viewer) return { kind: 'accepted', viewer };
    return { kind: 'refused', message: firstMessage(answer.body) ?? `The server answered ${answer.status}.` };
  } catch (error) {
    return { kind: 'unreachable', message: `The server can't be asked: ${error.message}` };
  }
}

/** GraphiQL's way to the API: sends the credentials, and says when the server takes them no longer. */
export function createFetcher(credentials, onRefused) {
  return async (request, options = {}) => {
    if (!credentials.token) return failure('No token yet. Paste one into the field “Token” above.');
    if (isSubscription(request, options)) return subscribe(request, { ...headersOf(credentials), ...options.headers }, onRefused);
    const answer = await post(request, { ...headersOf(credentials), ...options.headers });
    if (isRefusal(answer)) onRefused({ kind: 'refused', message: firstMessage(answer.body) ?? 'The token was refused.' });
    return answer.body;
  };
}

function isSubscription({ query, operationName }, { documentAST }) {
  return getOperationAST(documentAST ?? parse(query), operationName)?.operation === 'subscription';
}

/** What a subscription brings, over a connection of its own. One that is cut off is not resumed: whoever looks on sees that it ended. */
async function* subscribe(request, headers, onRefused) {
  const url = new URL(ENDPOINT, location.href.replace(/^http/, 'ws')).href;
  const client = createClient({ url, connectionParams: headers, retryAttempts: 0 });
  try {
    yield* client.iterate(request);
  } catch (error) {
    if (Array.isArray(error)) return yield { errors: error };
    if (error.code === 4403) onRefused({ kind: 'refused', message: 'The token was refused.' });
    yield failure(`The connection ended: ${error.reason || error.message || 'nothing is known of the reason'}`);
  } finally {
    client.dispose();
  }
}

async function post(request, headers, signal) {
  const response = await fetch(ENDPOINT, {
    method: 'POST',
    credentials: 'same-origin',
    headers: {
      Accept: 'application/graphql-response+json, application/json;q=0.9',
      'Content-Type': 'application/json',
      ...headers,
    },
    body: JSON.stringify(request),
    signal,
  });
  return { status: response.status, body: await readBody(response) };
}

// A proxy between the page and the server may answer with a page of its own.
async function readBody(response) {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return failure(`The server answered ${response.status} without JSON: ${text.slice(0, 200)}`);
  }
}

// A query for something forbidden is no refusal of the person: only an answer without data is.
function isRefusal({ status, body }) {
  return status === 401 || (!body.data && body.errors?.some((error) => REFUSALS.has(error.extensions?.code)));
}

function firstMessage(body) {
  return body.errors?.[0]?.message;
}

function failure(message) {
  return { errors: [{ message }] };
}
