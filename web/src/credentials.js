// The token and the tenant live as long as this browser tab: localStorage would keep a token after the person has left.
const KEYS = { token: 'reseller-network.token', tenant: 'reseller-network.tenant' };

/** The credentials that this tab was given before, each an empty string when there is none. */
export function readCredentials() {
  return { token: sessionStorage.getItem(KEYS.token) ?? '', tenant: sessionStorage.getItem(KEYS.tenant) ?? '' };
}

/** Keeps the credentials for this tab; an empty one is forgotten. */
export function keepCredentials(credentials) {
  for (const [name, key] of Object.entries(KEYS)) {
    if (credentials[name]) sessionStorage.setItem(key, credentials[name]);
    else sessionStorage.removeItem(key);
  }
}

/** What a person typed or pasted, without the line breaks of a terminal and without the scheme of a copied header. */
export function tidyCredentials({ token, tenant }) {
  return { token: token.replace(/^\s*Bearer\s/i, '').replace(/\s+/g, ''), tenant: tenant.trim() };
}

/** The headers that carry the credentials on every request. */
export function headersOf({ token, tenant }) {
  return { ...(token && { Authorization: `Bearer ${token}` }), ...(tenant && { 'X-Tenant-ID': tenant }) };
}
