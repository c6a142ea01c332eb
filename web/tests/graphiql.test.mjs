// GraphiQL as a person meets it: the real server, a real browser, and no internet.
//
// CHROMIUM names the browser; what else is needed, demo.mjs says.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { PATIENCE_MS, startDemo } from './demo.mjs';

const BROWSER = process.env.CHROMIUM ?? '/usr/bin/chromium';

let demo;
let browser;

before(async () => {
  demo = await startDemo();
  browser = await chromium.launch({
    executablePath: BROWSER,
    // Chromium's own sandbox needs a user other than root. What it looks up at start is no part of the page.
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-component-update', '--disable-sync'],
  });
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

test('the page asks for a token, and asks nobody but its own server for anything', async () => {
  const page = await openPage();
  await page.getByText('No token yet').waitFor();
  await page.close();
});

test('a token that the server refuses is answered with its reason', async () => {
  const page = await openPage();
  const answer = page.waitForResponse((response) => response.url().endsWith('/graphql'));
  await enterToken(page, 'not-a-token');
  assert.equal((await answer).status(), 401);
  const { errors } = await (await answer).json();
  await page.getByRole('status').filter({ hasText: errors[0].message }).waitFor();
  await page.close();
});

test('super_admin runs the sample query and sees its own company', async () => {
  const page = await openPage();
  const company = await signIn(page, demo.tokens[0]);
  const answer = await run(page, 'Me');
  assert.equal(answer.viewer.reseller.name, company);
  assert.ok(await resultOf(page, company));
  await page.close();
});

test('a state’s reseller sees its own downline and nothing else', async () => {
  const page = await openPage();
  await signIn(page, demo.tokens[0]);
  const whole = await run(page, 'Downline');
  const state = await signIn(page, demo.tokens[1]);
  const own = await run(page, 'Downline');
  assert.ok(await resultOf(page, state));
  assert.equal(own.downlineTree.nodes[0].name, state);
  const root = whole.downlineTree.nodes[0].name;
  assert.ok(!own.downlineTree.nodes.some((node) => node.name === root), `${root} is above ${state}`);
  await page.close();
});

test('every operation of the sample is answered without an error, for each of the three people', async () => {
  const page = await openPage();
  for (const token of demo.tokens) {
    await signIn(page, token);
    for (const operation of ['Me', 'Downline', 'Search']) await run(page, operation);
  }
  await page.close();
});

test('events arrive while somebody looks on', async () => {
  const page = await openPage();
  await signIn(page, demo.tokens[0]);
  await choose(page, 'Live');
  await resultOf(page, /"summary"/);
  // The simulator keeps the chain busy: each event takes the place of the one before.
  const first = await page.locator('.result-window .view-lines').innerText();
  await page.waitForFunction((first) => document.querySelector('.result-window .view-lines').innerText !== first, first);
  await page.getByRole('button', { name: /^Stop query/ }).click();
  await page.getByRole('button', { name: /^Execute query/ }).waitFor();
  await page.close();
});

test('the token and the tenant travel on every request, and survive a reload', async () => {
  const page = await openPage();
  const company = await signIn(page, demo.tokens[1]);
  const { viewer } = await run(page, 'Me');
  await page.getByLabel('Tenant', { exact: true }).fill(viewer.reseller.slug);
  const sent = page.waitForRequest((request) => request.headers()['x-tenant-id'] === viewer.reseller.slug);
  await page.keyboard.press('Enter');
  assert.equal((await sent).headers().authorization, `Bearer ${demo.tokens[1]}`);
  await page.reload();
  await page.getByRole('status').filter({ hasText: company }).waitFor();
  assert.equal(await page.getByLabel('Tenant', { exact: true }).inputValue(), viewer.reseller.slug);
  await page.close();
});

test('the token is hidden until it is asked for', async () => {
  const page = await openPage();
  const field = page.getByLabel('Token', { exact: true });
  assert.equal(await field.getAttribute('type'), 'password');
  await page.getByRole('button', { name: 'Show the token' }).click();
  assert.equal(await field.getAttribute('type'), 'text');
  await page.close();
});

test('the documentation shows the schema, and the editor’s workers run', async () => {
  const page = await openPage();
  await signIn(page, demo.tokens[2]);
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.getByRole('link', { name: 'Query', exact: true }).click();
  await page.getByRole('link', { name: 'downlineTree', exact: true }).waitFor();
  assert.ok(page.workers().length >= 1, 'no worker runs');
  assert.ok(page.workers().every((worker) => worker.url().startsWith(new URL(demo.url).origin)));
  await page.close();
});

/** A fresh tab, as of a new person, on GraphiQL. Closing it fails if it asked for anything outside or broke its policy. */
async function openPage() {
  const context = await browser.newContext();
  context.setDefaultTimeout(PATIENCE_MS);
  const outside = [];
  const complaints = [];
  const home = new URL(demo.url).origin;
  await context.route(
    (url) => /^(https?|wss?):$/.test(url.protocol) && url.origin !== home,
    (route) => {
      outside.push(route.request().url());
      return route.abort();
    },
  );
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) complaints.push(message.text());
  });
  await page.goto(demo.url);
  // GraphiQL ignores its play button until both of its editors stand.
  await page.locator('.result-window .monaco-editor').first().waitFor();
  await page.getByText('Welcome to the Reseller Network').first().waitFor();
  const close = async () => {
    await context.close();
    assert.deepEqual(outside, [], 'requests to other hosts');
    assert.deepEqual(complaints, [], 'errors of the page');
  };
  return Object.assign(page, { close });
}

async function enterToken(page, token) {
  await page.getByLabel('Token', { exact: true }).fill(token);
  await page.keyboard.press('Enter');
}

/** Enters the token, and answers with the name of the company that the page says one acts for. */
async function signIn(page, token) {
  const answer = page.waitForResponse((response) => response.request().postData()?.includes('WhoAmI'));
  const schema = page.waitForResponse((response) => response.request().postData()?.includes('IntrospectionQuery'));
  await enterToken(page, token);
  const { data } = await (await answer).json();
  const company = data.viewer.reseller.name;
  await page.getByRole('status').filter({ hasText: `of ${company}` }).waitFor();
  await schema;
  return company;
}

/** Runs one operation of the document in the editor with the play button, and answers with its data. */
async function run(page, operation) {
  const answered = page.waitForResponse((response) => {
    const request = response.request().postData();
    return request?.includes(`"operationName":"${operation}"`) ?? false;
  });
  await choose(page, operation);
  const { data, errors } = await (await answered).json();
  assert.equal(errors, undefined);
  return data;
}

/** Starts one operation of the document in the editor with the play button. */
async function choose(page, operation) {
  await page.getByRole('button', { name: /^Execute query/ }).click();
  await page.getByRole('menuitem', { name: operation, exact: true }).click();
}

/** Waits until the result pane shows the text. */
async function resultOf(page, text) {
  await page.locator('.result-window').getByText(text).first().waitFor();
  return true;
}
