// The entry without a bundle: the server passes these files on as they are, and the libraries come from the CDN by
// the import map of cdn.html.
const page = document.getElementById('page');

try {
  await setUpWorkers();
  const [{ showPage }, sample] = await Promise.all([import('./page.js'), readSample()]);
  showPage(page, sample);
} catch (error) {
  page.firstElementChild.textContent = `GraphiQL can't be loaded from the CDN: ${error.message}`;
}

async function readSample() {
  const response = await fetch(new URL('./sample.graphql', import.meta.url));
  return response.text();
}

async function setUpWorkers() {
  const workers = await Promise.all(['worker/json', 'worker/graphql', 'worker/editor'].map((name) => import(name)));
  const [Json, GraphQL, Editor] = workers.map((module) => module.default);
  globalThis.MonacoEnvironment = {
    getWorker(_id, label) {
      if (label === 'json') return new Json();
      return label === 'graphql' ? new GraphQL() : new Editor();
    },
  };
}
