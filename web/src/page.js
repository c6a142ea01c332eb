// The page itself. It is shared by the bundle (main.js) and by the page from the CDN (cdn.js), so it uses nothing
// that only a bundler understands: no JSX, and no imports but of JavaScript.
import { createElement as h, useEffect, useMemo, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { GraphiQL } from 'graphiql';
import { ABSENT, CHECKING, createFetcher, whoAmI } from './api.js';
import { keepCredentials, readCredentials, tidyCredentials } from './credentials.js';

/** Shows GraphiQL in `element`, with `sample` as the first document of a person who has none of their own yet. */
export function showPage(element, sample) {
  createRoot(element).render(h(Page, { sample }));
}

function Page({ sample }) {
  const [credentials, setCredentials] = useState(readCredentials);
  const [standing, setStanding] = useStanding(credentials);
  const fetcher = useMemo(() => createFetcher(credentials, setStanding), [credentials]);
  const use = (next) => {
    keepCredentials(next);
    setCredentials(next);
  };
  return [
    h(Bar, { key: 'bar', credentials, standing, onChange: use }),
    h(GraphiQL, {
      key: 'graphiql',
      fetcher,
      defaultQuery: sample,
      // Null keeps GraphiQL from asking for the schema before the server knows the person.
      schema: standing.kind === 'accepted' ? undefined : null,
      // The fields above carry the credentials; headers written by hand aren't kept.
      shouldPersistHeaders: false,
      showPersistHeadersSettings: false,
    }),
  ];
}

function useStanding(credentials) {
  const [standing, setStanding] = useState(credentials.token ? CHECKING : ABSENT);
  useEffect(() => {
    if (!credentials.token) return setStanding(ABSENT);
    const outdated = new AbortController();
    setStanding(CHECKING);
    whoAmI(credentials, outdated.signal).then((answer) => outdated.signal.aborted || setStanding(answer));
    return () => outdated.abort();
  }, [credentials]);
  return [standing, setStanding];
}

function Bar({ credentials, standing, onChange }) {
  const [shown, setShown] = useState(false);
  const commit = (form) => {
    const next = tidyCredentials({ token: form.elements.token.value, tenant: form.elements.tenant.value });
    if (next.token !== credentials.token || next.tenant !== credentials.tenant) onChange(next);
  };
  return h(
    'form',
    {
      className: 'bar',
      autoComplete: 'off',
      onSubmit: (event) => (event.preventDefault(), commit(event.currentTarget)),
      onBlur: (event) => commit(event.currentTarget),
      onInput: (event) => event.nativeEvent.inputType === 'insertFromPaste' && commit(event.currentTarget),
    },
    h('strong', { className: 'bar-title' }, 'Reseller Network'),
    h(Field, { name: 'token', label: 'Token', value: credentials.token, type: shown ? 'text' : 'password' },
      h('button', { type: 'button', 'aria-pressed': shown, 'aria-label': 'Show the token', onClick: () => setShown(!shown) },
        shown ? 'Hide' : 'Show')),
    h(Field, { name: 'tenant', label: 'Tenant', value: credentials.tenant, type: 'text', placeholder: 'slug or id, optional' }),
    // Enter submits a form with two fields only where there is a button for it.
    h('button', { type: 'submit' }, 'Use'),
    h(Standing, standing),
  );
}

function Field({ name, label, value, type, placeholder, children }) {
  return h('div', { className: `bar-field bar-${name}` },
    h('label', { htmlFor: name }, label),
    h('input', { id: name, name, type, placeholder, defaultValue: value, spellCheck: false, autoComplete: 'off', autoCapitalize: 'off' }),
    children);
}

function Standing({ kind, viewer, message }) {
  return h('output', { className: `standing standing-${kind}`, 'aria-live': 'polite' }, describe(kind, viewer, message));
}

function describe(kind, viewer, message) {
  switch (kind) {
    case 'absent':
      return ['No token yet: the commands ', h('code', { key: 'demo' }, 'demo'), ' and ',
        h('code', { key: 'token' }, 'token --user EMAIL'), ' print one.'];
    case 'checking':
      return 'Asking the server who this is…';
    case 'accepted':
      return viewer.reseller
        ? `${viewer.email ?? 'You'}: ${viewer.role} of ${viewer.reseller.name}`
        : `${viewer.email ?? 'You'}: a member of no company yet`;
    default:
      return message;
  }
}
